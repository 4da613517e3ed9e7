"""What flows begin with."""

from __future__ import annotations

import math

from tests.flow.makers import ask
from wrp_router.flow.asks import AS_USUAL, CacheControl, Label


def test_who_says_nothing_wants_the_usual() -> None:
    """Any cached answer, however old; and its own may be kept."""
    assert ask().control is AS_USUAL
    assert CacheControl() == AS_USUAL
    assert (AS_USUAL.no_store, AS_USUAL.no_cache, AS_USUAL.only_if_cached) == (False, False, False)
    assert AS_USUAL.max_age == math.inf


def test_a_label_names_the_decision_at_least() -> None:
    """All else may not be known yet."""
    assert Label("dec_1") == Label("dec_1", "", "", "", "", "", "off", 0)
