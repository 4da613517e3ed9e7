"""The signal says what is predicted, how much of it was learned, and where the upper quartile is."""

import msgspec
import pytest

from wrp_signals import Message, OutputSpec, RequestView, SignalSpec, Used, facts_of

VIEW = RequestView("chat", "auto", (Message("user", "x"),))


def test_the_signal_says_the_prediction_and_its_upper_quartile():
    """As a number."""
    signal = OutputSpec().build()
    assert signal.read(VIEW).score == 0.0
    for _ in range(40):
        signal.learn(VIEW, facts_of(VIEW, "", 0), Used(tokens_out=500))
    reading = signal.read(VIEW)
    assert 400 < reading.value < 600
    assert 0.8 < reading.score < 1.0
    assert reading.evidence[0].startswith("P75 4")
    again = OutputSpec().build()
    again.restore(signal.state())
    assert again.read(VIEW) == reading


def test_another_quantile_can_be_declared():
    """It is more than the median, before anything was learned and after."""
    median, ninth = OutputSpec().build(), OutputSpec(quantile=0.9).build()
    assert ninth.read(VIEW).value > median.read(VIEW).value
    for tokens in (10, 1_000) * 100:
        for signal in (median, ninth):
            signal.learn(VIEW, facts_of(VIEW, "", 0), Used(tokens_out=tokens))
    assert ninth.read(VIEW).value > 500


@pytest.mark.parametrize("quantile", [0.0, 1.0])
def test_the_ends_are_no_quantiles(quantile):
    """The shortest and the longest answer are chance."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "output", "quantile": quantile}, SignalSpec)
