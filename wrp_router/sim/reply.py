"""What a simulated client gets. It decides nothing."""

from __future__ import annotations

from typing import Any

from wrp_router.flow import Ask
from wrp_router.record import Row


class Reply:
    """The answer's bytes (of the cache for a hit, of the engine for its own error, none for an error of ours), and the
    flow's row."""

    __slots__ = ("ask", "body", "row")

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.body = b""
        self.row: Row | None = None


def uncounted(tree: dict[str, Any]) -> bool:
    """Whether an engine would leave its tokens uncounted: in a stream that was not asked for them."""
    options = tree.get("stream_options")
    return tree.get("stream") is True and not (type(options) is dict and options.get("include_usage") is True)
