"""`wrp check`: all that is wrong with a configuration, at once."""

from __future__ import annotations

import argparse
import os
import sys

from wrp_router.config.load import load
from wrp_router.config.render import render, render_json


def run(options: argparse.Namespace) -> int:
    """0 where the file can be served, 1 where not; with `--strict` warnings count too."""
    loaded = load(options.file, os.environ)
    if options.json:
        sys.stdout.write(render_json(loaded.problems) + "\n")
    else:
        sys.stdout.write(render(loaded.problems, loaded.sources) or f"{options.file}: no problems\n")
    return 1 if loaded.config is None or (options.strict and loaded.problems) else 0
