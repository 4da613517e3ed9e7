"""What the calibration of token estimates keeps, and within which bounds. It fits nothing."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

KEYS = 512
"""Pairs of a class of text and a model's family that are kept; the least recently taught goes first."""

LEAST, MOST = 0.25, 4.0
"""The factors that can be learned. Tokenizers differ by three times."""

FEWEST, LARGEST = -10.0, 400.0
"""The overheads that can be learned: the tokens that a template or a hidden system prompt adds to every prompt."""

Bounded = Annotated[float, msgspec.Meta(ge=0.0, le=1e12)]


class Sums(msgspec.Struct, frozen=True, gc=False):
    """Over a fading past, with x = 1 / estimate and the ratio of reported to estimated tokens, the sums of 1, x and x²,
    each divided by the ratio, and the sums of 1 and x."""

    count: Bounded = 0.0
    inverse: Bounded = 0.0
    squares: Bounded = 0.0
    ratios: Bounded = 0.0
    products: Bounded = 0.0


class KeptFit(msgspec.Struct, frozen=True, array_like=True):
    text_class: Annotated[str, msgspec.Meta(max_length=16)]
    family: Annotated[str, msgspec.Meta(max_length=64)]
    factor: Annotated[float, msgspec.Meta(ge=LEAST, le=MOST)]
    overhead: Annotated[float, msgspec.Meta(ge=FEWEST, le=LARGEST)]
    sums: Sums


class Kept(msgspec.Struct, frozen=True):
    """What was learned, as it is stored: the least recently taught first."""

    kind: Literal["calibration-1"]
    fits: Annotated[tuple[KeptFit, ...], msgspec.Meta(max_length=KEYS)]
