"""From `wrp serve` to a supervisor and its workers: the sockets are opened here, and this process becomes the
supervisor, as a program that is small."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import NoReturn

from wrp_router.build.company import Company
from wrp_router.config.structs import Config
from wrp_router.live.listening import inherited
from wrp_router.live.siblings import Siblings
from wrp_router.live.turns import Turns
from wrp_router.workers.messages import Welcome


def supervise(config: Config, options: argparse.Namespace, workers: int) -> NoReturn:
    """Never returns: the same process goes on as `wrp_router.workers`, and what it has loaded is let go. Raises OSError
    where an address cannot be had."""
    api, admin = Company().open(config)
    told = ["--workers", str(workers), "--log-level", options.log_level or config.log.level]
    told += ["--fixed"] if options.workers is not None else []
    for name, sock in (("--listen", api), ("--admin", admin)):
        if sock is not None:
            sock.set_inheritable(True)
            told += [name, str(sock.fileno())]
    sys.stderr.flush()
    program = [sys.executable, "-m", "wrp_router.workers", *told, "--", *_again(options)]
    os.execv(sys.executable, program)  # noqa: S606 - our own command line; no shell is wanted


def _again(options: argparse.Namespace) -> list[str]:
    """The options of a worker: those of the command, as they were given."""
    told = ["-c", options.config] if options.config is not None else []
    for url in options.backend or ():
        told += ["--backend", url]
    for name, value in (("--listen", options.listen), ("--log-level", options.log_level)):
        told += [name, value] if value is not None else []
    if options.workers is not None:
        told += ["--workers", str(options.workers)]
    return told


def company_of(welcome: Welcome, siblings: Siblings, size: int) -> Company:
    """What a worker inherits, of so many. Raises OSError where it did not."""
    api = inherited(welcome.listen)
    admin = inherited(welcome.admin) if welcome.admin is not None else None
    return Company(siblings, (api, admin), welcome.secret, Turns(welcome.turns, welcome.place), size)


async def first_of(*events: asyncio.Event) -> None:
    """Returns when one of them is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for one in waits:
        one.cancel()
