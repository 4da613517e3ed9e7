"""`wrp demo`: see it work before writing a line of configuration."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from wrp_router.demo.report import as_json, as_text
from wrp_router.demo.run import config_text, demonstrate, stay
from wrp_router.live.lifecycle import Signals
from wrp_router.telemetry.log import set_up


def run(options: argparse.Namespace) -> int:
    """Prints a table of routed requests."""
    if options.print_config:
        sys.stdout.write(config_text())
        return 0
    set_up("warning")
    asked, large = asyncio.run(demonstrate(_progress))
    text = json.dumps(as_json(asked, large), indent=1) if options.json else as_text(asked, large)
    sys.stdout.write(text + "\n")
    if options.keep:
        asyncio.run(_keep())
    return 0


async def _keep() -> None:
    signals = Signals()
    signals.install()
    await stay(_say, signals.stop)


def _say(url: str) -> None:
    sys.stdout.write(f"router at {url}, model auto; Ctrl-C ends it\n")
    sys.stdout.flush()


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{of} requests" + ("\n" if done == of else ""))
        sys.stderr.flush()
