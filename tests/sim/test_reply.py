"""What a simulated client gets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import ask
from wrp_router.sim.reply import Reply, uncounted


def test_nothing_has_come_yet() -> None:
    """Neither bytes nor a row."""
    reply = Reply(ask())
    assert (reply.ask.id, reply.body, reply.row) == ("dec_1", b"", None)


@pytest.mark.parametrize(
    ("tree", "is_so"),
    [
        ({}, False),
        ({"stream": True}, True),
        ({"stream": True, "stream_options": {"include_usage": True}}, False),
        ({"stream": True, "stream_options": {"include_usage": 1}}, True),
        ({"stream": True, "stream_options": None}, True),
    ],
)
def test_streams_that_were_not_asked_for_their_usage(tree: dict[str, Any], is_so: bool) -> None:
    """Their tokens stay uncounted."""
    assert uncounted(tree) is is_so
