"""`python -m wrp_router.workers`: what `wrp serve --workers` becomes, with the sockets that it has opened."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from wrp_router.telemetry.log import set_up

from .supervisor import Supervisor


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of the whole."""
    parser = argparse.ArgumentParser(prog="wrp serve --workers")
    parser.add_argument("--listen", type=int, required=True, help="the number of the open socket")
    parser.add_argument("--admin", type=int, help="the number of the other")
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--fixed", action="store_true", help="whatever the configuration says later")
    parser.add_argument("--log-level", default="info")
    parser.add_argument("serve", nargs="+", help="what a worker is told after `wrp serve`")
    told = parser.parse_args(arguments)
    set_up(told.log_level)
    command = [sys.executable, "-m", "wrp_router", "serve", *told.serve]
    supervisor = Supervisor(command, told.listen, told.admin, told.workers, fixed=told.fixed)
    return asyncio.run(supervisor.run())


if __name__ == "__main__":
    sys.exit(main())
