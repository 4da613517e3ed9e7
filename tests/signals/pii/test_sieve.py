"""Which of many patterns can be in a text at all."""

from wrp_signals.pii.sieve import Sieve


def test_only_patterns_that_match_pass():
    """By their place in the list; across sets of any size."""
    sieve = Sieve(["a+@", "sk-", "[0-9]{4}"], 2)
    assert sieve.passed(b"aa@ and 2024") == [0, 2]
    assert sieve.passed(b"nothing") == []
