"""The command line. A command is imported when it runs, so that `wrp --help` is quick."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from wrp_router import __version__

from .options import OPTIONS


class Version(argparse.Action):
    """Looks only when it is asked for: a module that is compiled has a library for its source."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: object) -> None:
        hot = find_spec("wrp_policies.planner")
        compiled = hot is not None and hot.origin is not None and not hot.origin.endswith(".py")
        print(f"wrp {__version__}{' (compiled)' if compiled else ''}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="wrp", description="The router in front of LLM engines.", epilog="wrp COMMAND --help says more."
    )
    top.add_argument("--version", action=Version, nargs=0, help="show the version, and whether it is compiled")
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
