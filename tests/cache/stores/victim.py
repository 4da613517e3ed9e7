"""A process that keeps answers as fast as it can, says what is acknowledged, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.cache.makers import near
from tests.cache.stores.kit import Books, fresh, named, sqlite
from wrp_cache.stores import StoreFailed


async def main(folder: Path, first: int) -> None:
    archive = await Books().read(sqlite(folder))
    number = first
    while True:
        try:
            entry = fresh(b"%d" % number, body=b"answer %d " % number * 40)
            archive.put(named(entry), entry, near(number % 8, 0.5))
            number += 1
        except StoreFailed:
            await asyncio.sleep(0.001)
        if number % 50 == 0:
            await asyncio.sleep(0)
            print(first + archive.durable, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
