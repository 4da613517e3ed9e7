"""Cards of calibration: read, and refused where they are not one."""

from __future__ import annotations

import msgspec
import pytest

from wrp_policies.cascading.cards import Card, CardDamaged, Head, Threshold, read_card
from wrp_policies.cascading.features import NAMES
from wrp_policies.cascading.types import NEVER
from wrp_signals.materials import Materials

THRESHOLDS = {
    "": Threshold(0.8, 500, 300, 6, 0.045),
    "law": Threshold(None, 400),
    "sea": Threshold(0.8, 9, shared=True),
}
CARD = Card("cascade-1", "logprob", "small", "large", 0.05, 0.05, THRESHOLDS)
HEAD = Head(NAMES[:2], (1.0, 2.0), (1.0, 2.0), (0.5, -0.5), 0.1)


def files(card: Card | bytes) -> Materials:
    """One file, whatever its name."""
    raw = card if isinstance(card, bytes) else msgspec.json.encode(card)
    return Materials(read_file=lambda path: raw)


def test_a_card_is_read_as_it_was_written() -> None:
    """And says what each category's answers have to reach."""
    card = read_card("card.json", "logprob", files(CARD))
    assert card == CARD
    assert [card.bar(category) for category in ("law", "sea", "sky")] == [NEVER, 0.8, 0.8]


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"{", "is no calibration"),
        (b'{"kind": "guard"}', "is no calibration"),
        (msgspec.json.encode(msgspec.structs.replace(CARD, verifier="margin")), "is of the verifier 'margin'"),
        (msgspec.json.encode(msgspec.structs.replace(CARD, thresholds={})), "no threshold for all"),
    ],
)
def test_others_are_refused(raw: bytes, what: str) -> None:
    """It is said which file, and why."""
    with pytest.raises(CardDamaged, match=f"card.json.*{what}"):
        read_card("card.json", "logprob", files(raw))
