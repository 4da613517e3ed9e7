"""What goes over the socket: whole messages out of any pieces, and nothing else."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.workers.messages import (
    MOST,
    Ask,
    Counted,
    Ready,
    Reply,
    Tell,
    ToSupervisor,
    Welcome,
    framed,
    from_supervisor,
    from_worker,
)

TEXT, BYTES, NUMBER = st.text(max_size=20), st.binary(max_size=200), st.integers(0, 2**31)
MESSAGES = st.one_of(
    st.builds(Ready, TEXT, st.none() | TEXT, st.none() | NUMBER, st.floats(0, 1e6)),
    st.builds(Counted, BYTES),
    st.builds(Ask, NUMBER, TEXT, BYTES),
    st.builds(Reply, NUMBER, st.none() | BYTES),
    st.builds(Tell, TEXT, BYTES),
)


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(1, 300)))
def test_pieces_make_no_difference(messages: list[ToSupervisor], sizes: list[int]):
    """What was sent is what comes out, in that order."""
    data, frames, found = b"".join(map(framed, messages)), from_worker(), list[ToSupervisor]()
    for size in [*sizes, len(data)]:
        piece, data = data[:size], data[size:]
        found += frames.feed(piece)
    found += frames.feed(data)
    assert found == messages


@given(st.binary(max_size=300))
def test_nonsense_is_no_message(data: bytes):
    """It waits for more, or says so; it never passes for a message of another kind."""
    frames = from_supervisor()
    with suppress(ValueError):
        assert all(isinstance(message, msgspec.Struct) for message in frames.feed(data))


def test_too_long():
    """Neither sent nor waited for."""
    with pytest.raises(ValueError, match="bytes"):
        framed(Counted(bytes(MOST)))
    with pytest.raises(ValueError, match="bytes"):
        list(from_worker().feed((MOST + 1).to_bytes(4, "big")))


def test_directions_differ():
    """A worker is not welcomed by a worker."""
    with pytest.raises(ValueError, match="Welcome"):
        list(from_worker().feed(framed(Welcome(0, 1, 3, None, 4, 0, b"", speaks=True))))
