"""Words of past answers."""

from __future__ import annotations

import msgspec

from tests.policies import makers
from wrp_policies.examples.types import AIDED, Given, as_asked
from wrp_policies.types import Attempt

GIVEN = Given("small", ("dec_1", "dec_2"), 200, 0.1, 0.9)


def test_as_long_as_it_would_be() -> None:
    """Where nobody has the texts, nobody knows how it begins."""
    facts = makers.facts(prompt_tokens=100, prefix=(1, 2))
    sent = as_asked(facts, GIVEN)
    assert (sent.prompt_tokens, sent.prefix) == (300, ())


def test_attempts_in_a_log() -> None:
    """With examples they are another arm, and come back as they were; without they look as they always did."""
    attempt = Attempt("small", "s0", given=GIVEN)
    assert attempt.arm == "small" + AIDED
    assert Attempt("small", "s0").arm == "small"
    assert msgspec.json.decode(msgspec.json.encode(attempt), type=Attempt) == attempt
    assert msgspec.json.encode(Attempt("small", "s0")) == b'{"pool":"small","server":"s0"}'
