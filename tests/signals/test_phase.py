"""The phase is told by prompt and predicted answer, with the probability of it, and is learned."""

import pytest

from wrp_signals import Message, PhaseSpec, RequestView, StateDamaged, Used, facts_of
from wrp_signals.learning import packed
from wrp_signals.phase import Kept

PROSE = "The committee will meet again on Thursday to discuss the budget and the remaining questions. "


def asked(times=1, **changes):
    return RequestView("chat", "auto", (Message("user", PROSE * times),), **changes)


@pytest.mark.parametrize(
    ("view", "phase"),
    [
        (asked(400), "prefill_heavy"),
        (asked(1), "decode_heavy"),
        (asked(10), "balanced"),
        (asked(10, max_tokens=5), "prefill_heavy"),
        (RequestView("embedding", "m", (Message("user", "x"),)), "prefill_heavy"),
    ],
)
def test_the_longer_part_is_the_phase(view, phase):
    """Reading where the prompt is longer by far, writing where the answer is, both between."""
    reading = PhaseSpec().build().read(view)
    assert reading.value == phase
    assert reading.score >= 0.3
    assert reading.evidence[0].endswith(" in")


def test_what_is_clearer_is_surer():
    """The score is a probability: near a half at the border, near one far from it."""
    read = PhaseSpec().build().read
    far, near = read(asked(5_000)), read(asked(40))
    assert far.value == near.value == "prefill_heavy"
    assert far.score > 0.95
    assert 0.5 <= near.score < 0.75


def test_the_borders_are_the_users():
    """Ratios of prompt to answer, and of answer to prompt."""
    view = asked(10)
    assert PhaseSpec(prefill=1.0).build().read(view).value == "prefill_heavy"
    assert PhaseSpec(decode=1.0).build().read(asked(9)).value == "decode_heavy"


def test_answers_teach_it():
    """A prompt of middling length whose answers turn out long is decode heavy; the state carries that over."""
    signal, again, view = PhaseSpec().build(), PhaseSpec().build(), asked(10)
    assert signal.read(view).value == "balanced"
    for _ in range(60):
        signal.learn(view, facts_of(view, "", 0), Used(tokens_in=180, tokens_out=3_000))
    assert signal.read(view).value == "decode_heavy"
    again.restore(signal.state())
    assert again.read(view) == signal.read(view)
    again.restore(b"")
    assert again.read(view).value == "balanced"


def test_half_a_state_is_refused_whole():
    """Where one part is damaged, the other is not taken up either."""
    taught, signal, view = PhaseSpec().build(), PhaseSpec().build(), asked(10)
    taught.learn(view, facts_of(view, "", 0), Used(tokens_in=180, tokens_out=3_000))
    before = signal.state()
    half = Kept("phase-1", taught._lengths.state(), b"damaged")
    with pytest.raises(StateDamaged):
        signal.restore(packed(half))
    assert signal.state() == before
