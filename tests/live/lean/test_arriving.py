"""Bodies in pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.lean.arriving import Arriving
from wrp_router.live.pacing import Pace


@given(st.binary(max_size=50), st.lists(st.binary(min_size=1, max_size=20), min_size=1), st.binary(max_size=20))
def test_pieces(first: bytes, pieces: list[bytes], surplus: bytes):
    """All of them, in order; what comes behind the last byte is another request's."""
    size = len(first) + sum([len(piece) for piece in pieces])
    arriving = Arriving(first, size, Pace(10.0, 1000, 100.0), 5.0)
    assert arriving.due == 15.0 if not first else arriving.due <= 15.0 + len(first) / 1000
    whole = [arriving.add(piece, 6.0) for piece in [*pieces[:-1], pieces[-1] + surplus]]
    assert whole == [False] * (len(pieces) - 1) + [True]
    assert arriving.parts() == (first + b"".join(pieces), surplus)
    assert 15.0 <= arriving.due <= 16.0
