"""The learned head: its card's arithmetic, and no other card's."""

from __future__ import annotations

from math import exp

import msgspec
import pytest

from tests.policies.cascading.test_cards import CARD, HEAD, files
from tests.policies.makers import facts
from wrp_policies.cascading.cards import CardDamaged, Head
from wrp_policies.cascading.features import features
from wrp_policies.cascading.types import Answer, Wanted
from wrp_policies.cascading.verifiers import Learned

LEARNED = msgspec.structs.replace(CARD, verifier="learned", head=HEAD)


def test_a_logistic_regression() -> None:
    """On the features that it names; its bar is the card's."""
    verifier = Learned("card.json").build(files(LEARNED))
    asked, answer = Wanted("Why?"), Answer("Because of that.")
    seen = features(facts(), asked, answer)
    total = 0.1 + 0.5 * (seen[0] - 1.0) - 0.5 * (seen[1] - 2.0) / 2.0
    verdict = verifier.judge(facts(), asked, answer)
    assert verdict.score == pytest.approx(1 / (1 + exp(-total)))
    assert (verifier.bar, verdict.evidence[:8]) == (0.8, "learned ")


@pytest.mark.parametrize(
    "head",
    [
        None,
        Head(("unheard_of",), (0.0,), (1.0,), (1.0,), 0.0),
        Head(HEAD.names, (0.0,), (1.0,), (1.0,), 0.0),
        Head(HEAD.names, (0.0, 0.0), (1.0, 0.0), (1.0, 1.0), 0.0),
    ],
)
def test_heads_that_do_not_fit(head: Head | None) -> None:
    """Are refused when they are read, not when they are asked."""
    with pytest.raises(CardDamaged, match=r"card\.json has"):
        Learned("card.json").build(files(msgspec.structs.replace(LEARNED, head=head)))
