"""What toxics make of bytes, without a network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes.toxics import (
    Bandwidth,
    End,
    Garbage,
    HalfOpen,
    Hold,
    Latency,
    LimitData,
    Pass,
    ResetPeer,
    Slicer,
    SlowClose,
    StallAfter,
    Timeout,
    over,
    through,
)


def fed(*toxics, pieces=(b"hello world",), at: float = 10.0) -> list:
    links = [toxic.link() for toxic in toxics]
    return [effect for piece in pieces for effect in through(links, piece, at)]


def test_nothing_changes_without_toxics():
    """Bytes pass at once, and so does the end."""
    assert fed() == [Pass(b"hello world", 10.0)]
    assert over([], 10.0) == 10.0


def test_latency_delays_in_order():
    """Also the end; jitter never reorders."""
    assert fed(Latency(0.5), pieces=(b"a", b"b")) == [Pass(b"a", 10.5), Pass(b"b", 10.5)]
    times = [effect.at for effect in fed(Latency(0.5, jitter=0.2), pieces=(b"a", b"b", b"c", b"d"))]
    assert times == pytest.approx([10.5, 10.7, 10.7, 10.7])
    assert over([Latency(0.5).link()], 10.0) == 10.5


def test_bandwidth_spreads_bytes_over_time():
    """A hundred bytes at a thousand a second take a tenth of a second, in pieces."""
    effects = fed(Bandwidth(1000), pieces=(b"x" * 100,))
    assert b"".join(effect.data for effect in effects) == b"x" * 100
    assert effects[-1].at == pytest.approx(10.1)
    assert len(effects) == 10


def test_slices_are_spaced():
    """Each of the size, each later than the one before."""
    effects = fed(Slicer(4, 0.1))
    assert [effect.data for effect in effects] == [b"hell", b"o wo", b"rld"]
    assert [effect.at for effect in effects] == pytest.approx([10.0, 10.1, 10.2])


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_limits_end_the_connection(how):
    """After exactly so many bytes, over several pieces."""
    effects = fed(LimitData(7, how), pieces=(b"hello", b"world"))
    assert effects == [Pass(b"hello", 10.0), Pass(b"wo", 10.0), End(how, 10.0)]
    assert fed(LimitData(0, how)) == [End(how, 10.0)]


def test_a_stall_keeps_the_rest_and_the_end():
    """Nothing is lost, it only does not come."""
    link = StallAfter(5).link()
    assert over([link], 1.0) == 1.0
    assert list(through([link], b"hello world", 10.0)) == [Pass(b"hello", 10.0), Hold(b" world")]
    assert over([link], 11.0) is None
    assert over([link, SlowClose(1).link()], 11.0) is None


@pytest.mark.parametrize("toxic", [Timeout(), HalfOpen()])
def test_the_deaf_hold_everything(toxic):
    """Bytes and end."""
    assert fed(toxic) == [Hold(b"hello world")]
    assert over([toxic.link()], 10.0) is None


def test_some_end_by_themselves():
    """After a time, with a FIN or a reset; the others do not."""
    assert (Timeout(2).ends_after, Timeout(2).ends_how, Timeout().ends_after) == (2, "fin", None)
    assert (ResetPeer().ends_after, ResetPeer(1).ends_how) == (0.0, "rst")
    assert Latency(1).ends_after is None
    assert fed(ResetPeer(1)) == fed()
    assert over([SlowClose(2.0).link()], 10.0) == 12.0


def test_garbage_comes_once_in_the_place_of_the_rest():
    """After so many good bytes."""
    effects = fed(Garbage(7, b"!!"), pieces=(b"hello", b"world", b"more"))
    assert b"".join(effect.data for effect in effects) == b"hellowo!!"


def test_toxics_work_one_after_the_other():
    """What a later one holds back is the whole rest, of earlier pieces too."""
    effects = fed(Slicer(2), StallAfter(3))
    assert effects == [Pass(b"he", 10.0), Pass(b"l", 10.0), Hold(b"lo world")]
    assert fed(StallAfter(3), Latency(1)) == [Pass(b"hel", 11.0), Hold(b"lo world")]
    assert fed(Latency(1), LimitData(3)) == [Pass(b"hel", 11.0), End("fin", 11.0)]
    both = [StallAfter(4).link(), StallAfter(2).link()]
    assert list(through(both, b"abcdef", 1.0)) == [Pass(b"ab", 1.0), Hold(b"cdef")]
    ended = [LimitData(4).link(), StallAfter(2).link()]
    assert list(through(ended, b"abcdef", 1.0)) == [Pass(b"ab", 1.0), Hold(b"cd")]


whole = st.sampled_from([Latency(0.1, 0.1), Bandwidth(500), Slicer(3, 0.01), SlowClose(1), ResetPeer(9)])


@given(st.lists(whole, max_size=4), st.lists(st.binary(min_size=1, max_size=50), max_size=5))
def test_patient_toxics_lose_and_reorder_nothing(toxics, pieces):
    """Whatever their order."""
    effects = fed(*toxics, pieces=pieces)
    assert b"".join(effect.data for effect in effects) == b"".join(pieces)
    assert [effect.at for effect in effects] == sorted(effect.at for effect in effects)
