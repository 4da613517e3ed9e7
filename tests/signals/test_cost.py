"""What signals cost: measured with a clock that the test winds."""

import pytest

from wrp_signals import HashingEmbedder, KeywordSpec, Reading, TokensSpec
from wrp_signals.cost import (
    LONG,
    ROUNDS,
    TYPICAL,
    TYPICAL_ASKED,
    Cost,
    cost_of,
    embedding_cost,
    guessed,
    least,
    long_request,
    request,
)


class Clock:
    """Tells the time, which only the work moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Works:
    """A signal that takes a microsecond a character, and half a second more the first time."""

    value_type, tier, expected_cost = "bool", "none", 1e-6

    def __init__(self, clock):
        self.clock, self.read_before = clock, False

    def read(self, view, vector):
        self.clock.now += 1e-6 * sum(len(message.text) for message in view.messages) + 0.5 * (not self.read_before)
        self.read_before = True
        return Reading(True)


def test_a_signal_is_measured_warm_at_two_sizes():
    """And what lies between and beyond is on the line through both."""
    clock = Clock()
    cost = cost_of(Works(clock), None, clock)
    assert cost.typical == pytest.approx(TYPICAL * 1e-6, rel=0.01)
    assert cost.long == pytest.approx(LONG * 1e-6, rel=0.01)
    assert cost.at(10) == cost.typical
    assert cost.at(32_000) == pytest.approx(0.032, rel=0.02)
    assert cost.at(130_000) == pytest.approx(0.130, rel=0.02)
    assert Cost(2.0, 1.0).at(LONG) == 2.0


def test_what_was_not_measured_is_guessed():
    """From what the signal says of itself."""
    signal = TokensSpec().build()
    assert guessed(signal).typical == signal.expected_cost
    assert guessed(signal).at(2 * LONG) == pytest.approx(signal.expected_cost * 128, rel=0.02)


def test_the_requests_are_as_large_as_they_say():
    """With an ordinary last message, and one that is all of it."""
    small, large = request(TYPICAL), long_request()
    assert sum(len(message.text) for message in small.messages) == TYPICAL
    assert small.asked() == TYPICAL_ASKED
    assert len(large.asked()) == LONG
    assert sum(len(message.text) for message in request(10).messages) > 10


def test_the_fastest_counts():
    """The others were disturbed."""
    clock, took = Clock(), iter([3.0, 1.0, 2.0])

    def work():
        clock.now += next(took)

    assert least(work, clock, 3) == 1.0


def test_embedders_are_measured_too():
    """On the typical message, warm."""
    clock = Clock()

    class Embeds(HashingEmbedder):
        calls = 0

        def embed(self, texts):
            Embeds.calls += 1
            clock.now += 0.002 if Embeds.calls > 1 else 1.0
            assert texts == [TYPICAL_ASKED]
            return super().embed(texts)

    assert embedding_cost(Embeds(), clock) == pytest.approx(0.002)


def test_real_signals_can_be_measured():
    """Every reading is a reading."""
    ticks = iter(range(1000))
    cost = cost_of(KeywordSpec(words=("checkout",)).build(), None, lambda: float(next(ticks)))
    assert cost == Cost(1.0, 1.0)
    assert next(ticks) == 2 * (ROUNDS + 1)
