"""Bodies in pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.bodies import TooMuchAtOnce
from wrp_router.live.lean.arriving import Arriving
from wrp_router.live.pacing import Pace


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1), st.binary(max_size=20))
def test_pieces(pieces: list[bytes], surplus: bytes):
    """All of them, in order; what comes behind the last byte is another request's, and is not counted."""
    size, counted = sum([len(piece) for piece in pieces]), list[int]()
    arriving = Arriving(size, Pace(10.0, 1000, 100.0), 5.0, counted.append)
    assert arriving.due == 15.0
    whole = [arriving.add(piece, 6.0) for piece in [*pieces[:-1], pieces[-1] + surplus]]
    assert whole == [False] * (len(pieces) - 1) + [True]
    assert arriving.parts() == (b"".join(pieces), surplus)
    assert 15.0 <= arriving.due <= 16.0
    assert counted == [len(piece) for piece in pieces]
    assert arriving.error is None


def test_a_piece_for_which_there_is_no_room():
    """It is the last, and what came before it is let go."""

    def refuse(count: int) -> None:
        if count == 3:
            raise TooMuchAtOnce("full", retry_after=1.0)

    arriving = Arriving(10, Pace(10.0, 1000, 100.0), 5.0, refuse)
    assert not arriving.add(b"ab", 5.0)
    assert arriving.add(b"abc", 5.0)
    assert isinstance(arriving.error, TooMuchAtOnce)
    assert arriving.parts() == (b"", b"")
