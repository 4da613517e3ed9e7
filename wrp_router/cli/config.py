"""`wrp config`: the schema, the reference, and a configuration as it was understood."""

from __future__ import annotations

import argparse
import sys

from wrp_router.config.reference import reference
from wrp_router.config.render import pretty, render_config
from wrp_router.config.schema import json_schema

from .reading import read


def run(options: argparse.Namespace) -> int:
    """Prints to stdout; 1 where the file cannot be read."""
    if options.part == "schema":
        sys.stdout.write(pretty(json_schema()))
    elif options.part == "reference":
        sys.stdout.write(reference())
    else:
        config = read(options.file)
        if config is None:
            return 1
        sys.stdout.write(render_config(config))
    return 0
