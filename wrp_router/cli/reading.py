"""Read a configuration for a command, or say all that is wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection

from wrp_router.config.load import load
from wrp_router.config.render import render
from wrp_router.config.structs import Config


def read(path: str, untold: Collection[str] = ()) -> Config | None:
    """The configuration; None after its errors were printed. Warnings are printed either way, but for those of the
    codes `untold`."""
    loaded = load(path, os.environ)
    sys.stderr.write(render([one for one in loaded.problems if one.is_error or one.code not in untold], loaded.sources))
    return loaded.config
