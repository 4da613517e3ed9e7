"""What calibration leaves behind: thresholds with what is guaranteed of them, and the learned head, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_signals.errors import SignalError
from wrp_signals.materials import Materials

from .types import NEVER

WHOLE = ""
"""The category that stands for all requests together, and for those of a category without a threshold of its own."""

Number = Annotated[float, Meta(ge=-1e12, le=1e12)]


class CardDamaged(SignalError):
    """A file that is no calibration of a cascade, or one of another verifier."""


class Threshold(msgspec.Struct, frozen=True, omit_defaults=True):
    """From which score on answers of one category are accepted (`at` None: never), and by what right: of `n` answers
    `accepted` were, of which `worse` were worse than the large model's; in truth at most `bound` of the accepted are,
    with the card's confidence. `shared`: too few answers for a threshold of its own, it is that of all together."""

    at: Annotated[float, Meta(ge=0, le=1)] | None
    n: int = 0
    accepted: int = 0
    worse: int = 0
    bound: float = 1.0
    shared: bool = False

    @property
    def bar(self) -> float:
        return NEVER if self.at is None else self.at


class Head(msgspec.Struct, frozen=True):
    """A logistic regression on named features, each less its mean and through its scale."""

    names: tuple[str, ...]
    means: tuple[Number, ...]
    scales: tuple[Number, ...]
    weights: tuple[Number, ...]
    bias: Number


class Card(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="cascade"):
    """Accepted answers of `small` are worse than those of `large` in at most `alpha` of the cases, with confidence
    1 - `delta`, for each category by itself. `verifier` is the kind whose scores were calibrated. `report` says how
    good the head was on questions it had not seen."""

    id: str
    verifier: str
    small: str
    large: str
    alpha: float
    delta: float
    thresholds: dict[str, Threshold]
    head: Head | None = None
    report: Mapping[str, float] = {}

    def bar(self, category: str) -> float:
        """What an answer of a category has to reach."""
        found = self.thresholds.get(category) or self.thresholds[WHOLE]
        return found.bar


def read_card(path: str, verifier: str, materials: Materials) -> Card:
    """The calibration of a kind of verifier. Raises CardDamaged, and OSError where there is no such file."""
    try:
        card = msgspec.json.decode(materials.read_file(path), type=Card)
    except msgspec.DecodeError as error:
        raise CardDamaged(f"{path} is no calibration of a cascade: {error}") from None
    if card.verifier != verifier:
        raise CardDamaged(f"{path} is of the verifier {card.verifier!r}, not {verifier!r}")
    if WHOLE not in card.thresholds:
        raise CardDamaged(f"{path} has no threshold for all requests together")
    return card
