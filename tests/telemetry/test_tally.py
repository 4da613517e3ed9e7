"""What several processes counted, as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.telemetry.tally import Tally, lasting, packed, summed, unpacked

LABELS = st.tuples(st.sampled_from("ab"), st.sampled_from("cd"))
NUMBERS = st.integers(0, 1000).map(float)
SEEN = st.tuples(st.lists(st.integers(0, 9), min_size=3, max_size=3), NUMBERS)
TALLIES = st.builds(
    Tally,
    st.dictionaries(st.sampled_from(["c1", "c2"]), st.dictionaries(LABELS, NUMBERS, max_size=3), max_size=2),
    st.dictionaries(st.just("s"), st.dictionaries(LABELS, SEEN, max_size=3)),
    st.dictionaries(st.sampled_from(["g1", "g2"]), st.dictionaries(LABELS, NUMBERS, max_size=3)),
)


@given(TALLIES)
def test_it_goes_from_process_to_process(tally: Tally):
    """As it is."""
    assert unpacked(packed(tally)) == tally


@given(st.lists(TALLIES, max_size=4))
def test_sums_may_be_taken_in_any_order(tallies: list[Tally]):
    """One after the other or all at once; nothing falls by another's being added."""
    whole = summed(tallies)
    assert summed([summed(tallies[:2]), summed(tallies[2:])]).counts == whole.counts
    for tally in tallies:
        for name, values in tally.counts.items():
            assert all(whole.counts[name][labels] >= value for labels, value in values.items())
    assert whole.spreads.get("s", {}).keys() == {at for one in tallies for at in one.spreads.get("s", {})}


def test_what_is_too_long_is_left_out_by_whole_metrics(caplog: pytest.LogCaptureFixture):
    """The longest first, and said: a sum without some of the labels would be a wrong one."""
    many = {(f"label {number}", "x"): 1.0 for number in range(200)}
    tally = Tally(
        {"few": {("a",): 1.0}, "many": many}, {"spread": {("a",): ([1, 2], 3.0)}}, {"most": {**many, ("",): 1.0}}
    )
    data = packed(tally, 5000)
    assert len(data) <= 5000
    assert unpacked(data) == Tally({"few": {("a",): 1.0}, "many": many}, {"spread": {("a",): ([1, 2], 3.0)}}, {})
    assert unpacked(packed(tally, 1000)).counts == {"few": {("a",): 1.0}}
    assert "left out: most" in caplog.text


def test_gauges_are_joined_as_they_are_declared():
    """Summed, the largest, or the mean."""
    one = Tally(gauges={"wrp_in_flight": {("p", "s"): 1.0}, "wrp_build_info": {("1",): 1.0}})
    two = Tally(gauges={"wrp_in_flight": {("p", "s"): 2.0}, "wrp_build_info": {("1",): 1.0}})
    found = summed([one, two, Tally(gauges={"wrp_server_state": {("p", "s"): 1.0}})]).gauges
    assert found["wrp_in_flight"] == {("p", "s"): 3.0}
    assert found["wrp_build_info"] == {("1",): 1.0}
    states = [Tally(gauges={"wrp_server_state": {("p", "s"): value}}) for value in (1.0, 0.0)]
    assert summed(states).gauges["wrp_server_state"] == {("p", "s"): 0.5}


def test_buckets_of_another_version():
    """Are left out: they cannot be added."""
    old, new = Tally(spreads={"s": {(): ([1], 1.0)}}), Tally(spreads={"s": {(): ([1, 2], 1.0)}})
    assert summed([old, new]).spreads == {"s": {(): ([1], 1.0)}}


def test_what_lasts():
    """Gauges do not."""
    assert lasting(Tally({"c": {}}, {"s": {}}, {"g": {}})) == Tally({"c": {}}, {"s": {}})
