"""The signal says what the estimate says, until engines have reported otherwise."""

import msgspec

from wrp_signals import Message, RequestView, TokensSpec, Used, estimate_tokens, facts_of

VIEW = RequestView("chat", "auto", (Message("user", "How long is a piece of string, and why? " * 20),))


def test_the_signal_reads_the_estimate_as_a_number():
    """A float, so that conditions compare it as a number."""
    reading = TokensSpec().build().read(VIEW)
    assert reading.value == float(estimate_tokens(VIEW))
    assert msgspec.json.decode(msgspec.json.encode(reading))["value"] > 0


def test_it_learns_what_engines_count_and_keeps_it():
    """Twice the tokens, reported often enough, are twice the estimate; another signal takes up what was learned."""
    signal, again = TokensSpec().build(), TokensSpec().build()
    for _ in range(50):
        signal.learn(VIEW, facts_of(VIEW, "", 0), Used(tokens_in=2 * estimate_tokens(VIEW), model="m"))
    again.restore(signal.state())
    assert again.read(VIEW) == signal.read(VIEW)
    assert 1.9 < signal.read(VIEW).value / estimate_tokens(VIEW) < 2.05
