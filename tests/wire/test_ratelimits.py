"""How an account stands, in headers."""

from __future__ import annotations

import pytest

from wrp_router.accounts import Level
from wrp_router.wire.ratelimits import limits_of, spelt

LEVELS = (Level("requests", 60, 59, 2.1), Level("budget", 20_000_000_000, 1_500_000, 80_000.0))


def test_openai_spells_them_so():
    """And the budget is in dollars."""
    assert dict(limits_of("chat", LEVELS)) == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "3s",
        "x-wrp-budget-limit": "20",
        "x-wrp-budget-remaining": "0.0015",
    }


def test_anthropic_spells_them_so():
    """Its reset is a date, which nobody here knows."""
    assert dict(limits_of("messages", LEVELS[:1])) == {
        "anthropic-ratelimit-requests-limit": "60",
        "anthropic-ratelimit-requests-remaining": "59",
    }


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0, "0ms"), (0.2504, "251ms"), (59.2, "1m0s"), (360.0, "6m0s"), (7261.0, "2h1m1s")]
)
def test_durations_are_spelt_as_openai_does(seconds: float, said: str):
    """Rounded up: nobody comes too soon."""
    assert spelt(seconds) == said
