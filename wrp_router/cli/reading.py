"""Read a configuration for a command, or say all that is wrong with it."""

from __future__ import annotations

import os
import sys

from wrp_router.config.load import load
from wrp_router.config.render import render
from wrp_router.config.structs import Config


def read(path: str) -> Config | None:
    """The configuration; None after its errors were printed. Warnings are printed either way."""
    loaded = load(path, os.environ)
    sys.stderr.write(render(loaded.problems, loaded.sources))
    return loaded.config
