"""A gateway without sockets answers as one with them does."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bench import in_memory


@pytest.mark.parametrize("row", list(in_memory.ROWS))
def test_all_are_answered(row: str):
    """More often than there are clients."""
    assert in_memory.main([row, "60"]) == 0


async def test_what_is_no_answer():
    """Ends it: nobody counts what failed."""
    clients = in_memory.Clients(cast(Any, lambda: None), iter(()))
    with pytest.raises(SystemExit, match="not 200"):
        clients._answered(b"HTTP/1.1 503 Service Unavailable", lambda data: None)
