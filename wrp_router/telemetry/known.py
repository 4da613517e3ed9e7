"""The names that metrics may carry. It holds them, and drops nothing by itself."""

from __future__ import annotations

import msgspec


class Known(msgspec.Struct, frozen=True):
    """The names that the configuration gives. Any other name becomes `unknown` in labels."""

    routes: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
