"""`wrp config`: the schema, the reference, and a configuration as it was understood."""

from __future__ import annotations

import argparse
import sys

import msgspec

from wrp_router.config.reference import reference
from wrp_router.config.schema import json_schema
from wrp_router.config.secret import MASK, Secret

from .reading import read


def run(options: argparse.Namespace) -> int:
    """Prints to stdout; 1 where the file cannot be read."""
    if options.part == "schema":
        sys.stdout.write(_pretty(json_schema()))
    elif options.part == "reference":
        sys.stdout.write(reference())
    else:
        config = read(options.file)
        if config is None:
            return 1
        sys.stdout.write(_pretty(msgspec.to_builtins(config, enc_hook=_shown)))
    return 0


def _shown(value: object) -> object:
    if isinstance(value, Secret):
        return MASK
    raise NotImplementedError(f"{type(value).__name__} in a configuration")


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
