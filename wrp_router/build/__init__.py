"""From a configuration to everything that runs. The one place that knows every class."""

from .rooms import Assembly, assemble
from .router import Router

__all__ = ["Assembly", "Router", "assemble"]
