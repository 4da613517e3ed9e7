"""How a command is told its configuration: with or without `-c`, since nobody should have to know which takes what."""

from __future__ import annotations

import argparse

YAML = "the configuration (YAML)"


def configuration(command: argparse.ArgumentParser, what: str = YAML) -> None:
    """`file`, which has to be given."""
    either(command.add_mutually_exclusive_group(required=True), "file", what)


def either(group: argparse._MutuallyExclusiveGroup, name: str, what: str = YAML) -> None:
    """FILE or `-c FILE`, as one of what the group has; None where it is another."""
    # suppressed: what was not given must not take away what `-c` said
    group.add_argument(name, nargs="?", default=argparse.SUPPRESS, metavar="FILE", help=what)
    group.add_argument("-c", "--config", dest=name, metavar="FILE", help="the same")
