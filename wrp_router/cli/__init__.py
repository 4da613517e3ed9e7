"""The command line. A command is imported when it runs, so that `wrp --help` is quick."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from wrp_router import __version__

from .options import OPTIONS


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="wrp", description="The router in front of LLM engines.", epilog="wrp COMMAND --help says more."
    )
    top.add_argument("--version", action="version", version=f"wrp {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (summary, add) in OPTIONS.items():
        add(commands.add_parser(name, help=summary, description=summary))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit status (0: well, 1: what was asked for failed, 2: used wrongly)."""
    options = parser().parse_args(arguments)
    command = import_module(f"wrp_router.cli.{options.command}")
    try:
        return int(command.run(options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has seen enough
        return 0
