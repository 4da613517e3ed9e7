"""The table of metric names: what the house promises to those who watch it."""

from __future__ import annotations

import re

import pytest

from wrp_router.telemetry.names import NAMES, reference


@pytest.mark.parametrize("name", NAMES)
def test_names_follow_the_conventions(name):
    """`wrp_`, snake case, `_total` for counters and base units for the rest; labels are snake case too."""
    one = NAMES[name]
    assert re.fullmatch(r"wrp_[a-z]+(_[a-z]+)*", name)
    assert name.endswith("_total") == (one.kind == "counter")
    assert not re.search(r"_(ms|milliseconds|us|minutes|kb|percent)(_|$)", name)
    assert all(re.fullmatch(r"[a-z]+", label) for label in one.labels)
    assert one.help.endswith(".")
    assert len(one.help) < 260


@pytest.mark.parametrize("name", NAMES)
def test_buckets_rise_and_belong_to_histograms(name):
    """Bounds are strictly increasing and positive; only histograms have them, and none is asked for when read."""
    one = NAMES[name]
    assert list(one.buckets) == sorted(set(one.buckets))
    assert all(bound > 0 for bound in one.buckets)
    assert bool(one.buckets) == (one.kind == "histogram")
    assert not (one.buckets and one.sampled)


def test_nobody_is_named_in_labels():
    """No label tells tenant, user, session or prompt."""
    labels = {label for one in NAMES.values() for label in one.labels}
    assert not labels & {"tenant", "user", "session", "key", "prompt", "request"}


def test_the_reference_has_a_line_for_each():
    """The Markdown table names every metric once, with its type and labels."""
    lines = reference().splitlines()
    assert lines[1] == "|---|---|---|---|"
    assert len(lines) == 2 + len(NAMES)
    assert lines[2].startswith("| `wrp_requests_total` | counter | `route`, `pool`, `model`, `code`, `outcome` | ")
    assert any(line.startswith("| `wrp_overhead_seconds` | histogram | – | ") for line in lines)
