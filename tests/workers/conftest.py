"""The engine that all workers stand before."""

from tests.cli.conftest import engine

__all__ = ["engine"]
