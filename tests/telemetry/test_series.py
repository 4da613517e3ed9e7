"""The text format, read back by prometheus_client's own parser."""

from __future__ import annotations

from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from wrp_router.telemetry.names import Name
from wrp_router.telemetry.series import Counts, Spread, Spreads, text

_GAUGE = Name("gauge", ("a", "b"), 'One "help"\nwith \\ in it.')
_BOUNDS = (0.1, 1.0, 5.0)
_HISTOGRAM = Name("histogram", ("a",), "H.", _BOUNDS)


def _parsed(written: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    (family,) = text_string_to_metric_families(written)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for one in family.samples}


@given(st.dictionaries(st.tuples(st.text(), st.text()), st.floats(allow_nan=False)))
def test_any_label_and_number_survives_the_format(values):
    """Quotes, backslashes, newlines and infinities come back as they went."""
    parsed = _parsed(text("wrp_x", _GAUGE, values))
    assert parsed == {("wrp_x", (("a", a), ("b", b))): value for (a, b), value in values.items()}


def test_a_number_that_is_none_is_written_as_such():
    """NaN is a value in this format."""
    assert isnan(_parsed(text("wrp_x", Name("gauge", (), "G."), {(): nan}))["wrp_x", ()])


@given(st.lists(st.floats(0, 10)))
def test_a_histogram_counts_what_is_at_most_the_bound(values):
    """Buckets are cumulative, `+Inf` and `_count` hold all, `_sum` adds up."""
    spreads = Spreads(_BOUNDS)
    for value in values:
        spreads["x",].observe(value)
    spreads["y",].observe(0.5)
    parsed = _parsed(text("wrp_h", _HISTOGRAM, spreads))
    for bound in (*_BOUNDS, inf) if values else ():
        edge = "+Inf" if bound == inf else repr(bound)
        assert parsed["wrp_h_bucket", (("a", "x"), ("le", edge))] == sum(value <= bound for value in values)
    if values:
        assert parsed["wrp_h_count", (("a", "x"),)] == len(values)
        assert parsed["wrp_h_sum", (("a", "x"),)] == pytest.approx(sum(values))
    assert parsed["wrp_h_count", (("a", "y"),)] == 1


def test_a_histogram_without_labels_has_only_le():
    """No stray comma or braces."""
    spreads = Spreads((1.0,))
    spreads[()].observe(0.5)
    assert text("wrp_h", Name("histogram", (), "H.", (1.0,)), spreads).splitlines()[2:] == [
        'wrp_h_bucket{le="1.0"} 1',
        'wrp_h_bucket{le="+Inf"} 1',
        "wrp_h_sum 0.5",
        "wrp_h_count 1",
    ]


@pytest.mark.parametrize("value", [nan, inf, -inf, -0.1])
def test_what_would_spoil_a_sum_is_not_counted(value):
    """One odd value must not make a histogram useless until the next restart."""
    spread = Spread((1.0,), ("1.0", "+Inf"))
    spread.observe(value)
    spread.observe(2.0)
    assert (spread.counts, spread.sum) == ([0, 1], 2.0)


def test_the_wrong_number_of_labels_is_refused():
    """A value whose labels do not fit the metric is a mistake of ours."""
    with pytest.raises(ValueError, match="zip"):
        text("wrp_x", _GAUGE, Counts(float, {("only one",): 1.0}))
