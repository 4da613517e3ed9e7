"""A router's policy that learns and tells as fast as it can, says what is told, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys

from tests.live.test_telling import Router


async def main(port: int) -> None:
    router, judged = Router(port), 0
    while True:
        judged += 10
        if await router.learned(10):
            print(judged, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
