"""The words of this room."""

from __future__ import annotations

import pytest

from wrp_policies.types import Ended, Outcome, Pool, Server


@pytest.mark.parametrize(
    ("server", "room"),
    [
        (Server("a"), True),
        (Server("a", in_flight=1_000), True),
        (Server("a", in_flight=1, limit=2), True),
        (Server("a", in_flight=2, limit=2), False),
        (Server("a", up=False), False),
    ],
)
def test_room(server: Server, room: bool):
    """A server that is up has some until its limit, and always without one; a pool has what its servers have."""
    full = Server("full", in_flight=1, limit=1)
    assert server.has_room() is room
    assert Pool("p", "m", (full, server)).has_room() is room
    assert not Pool("p", "m", (full,)).has_room()
    assert not Pool("p", "m", ()).has_room()


@pytest.mark.parametrize("ended", Ended)
def test_only_done_is_well(ended: Ended):
    """All other endings are not."""
    assert Outcome("p", "s", "m", ended).ok is (ended is Ended.DONE)
