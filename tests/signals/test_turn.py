"""Turns are counted in what people say; steps of tools are not turns."""

import pytest

from wrp_signals import Message, RequestView, TurnSpec

SYSTEM, ASK, ANSWER = Message("system", "s"), Message("user", "q"), Message("assistant", "a")
CALL, RESULT = Message("assistant", "", tool_calls=1), Message("tool", "42")


@pytest.mark.parametrize(
    ("messages", "value", "score"),
    [
        ((), "single", 1.0),
        ((ASK,), "single", 1.0),
        ((SYSTEM, ASK), "single", 1.0),
        ((SYSTEM, ASK, CALL, RESULT, CALL, RESULT), "single", 1.0),
        ((ASK, ANSWER), "single", 0.9),
        ((ANSWER, ASK), "single", 0.9),
        ((ASK, ASK), "multi", 0.6),
        ((ANSWER, ASK, ASK), "multi", 1.0),
        ((SYSTEM, ASK, ANSWER, ASK), "multi", 1.0),
        ((ASK, CALL, RESULT, ANSWER, ASK), "multi", 1.0),
    ],
)
def test_the_turn_is_told_by_who_spoke(messages, value, score):
    """A second question makes it multi; what the assistant only began or opened with does not."""
    reading = TurnSpec().build().read(RequestView("chat", "m", messages))
    assert (reading.value, reading.score) == (value, score)
