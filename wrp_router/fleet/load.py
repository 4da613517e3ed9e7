"""The arithmetic of load: moving averages and slow start, as plain functions. It keeps no state."""

from __future__ import annotations

from math import exp2

from wrp_policies.balancing.loads import FADES
from wrp_policies.types import Outcome

ALPHA = 0.2
"""Share of the newest sample in a moving average, at least: the last ten requests make up nine tenths of it."""

SLOW_START = 30.0
LEAST_SHARE = 0.1
"""Seconds after which a recovered server has its full weight again, and the share it starts with (Envoy)."""

LONGEST_SAMPLE = 3600.0
MOST_TOKENS = 10_000_000
"""Beyond these a measurement is an engine's mistake, and would poison an average for good."""


def smoothed(mean: float, sample: float, since: float = 0.0) -> float:
    """The moving average after one more sample, which came so many seconds after the one before; 0 means no sample yet.
    The more of the mean has faded, the more the new one counts. Samples out of all reason are left out."""
    if not 0.0 < sample <= LONGEST_SAMPLE:  # false for NaN, too
        return mean
    share = max(ALPHA, 1.0 - exp2(-since / FADES))
    return mean + share * (sample - mean) if mean else sample


def tpot_of(outcome: Outcome) -> float:
    """Seconds per token after the first; 0 where the answer was too short to tell."""
    if not 1 < outcome.tokens_out <= MOST_TOKENS:
        return 0.0
    return (outcome.duration - outcome.ttft) / (outcome.tokens_out - 1)


def slow_start(seconds: float) -> float:
    """The share of its weight that a server gets so long after it recovered."""
    return min(1.0, max(LEAST_SHARE, seconds / SLOW_START))
