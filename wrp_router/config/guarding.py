"""Who looks at a neighbour's question before its answer is served, beside the rules that always do."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .words import means

Place = Annotated[str, Meta(min_length=1)]
"""A path, or a name."""


class GuardConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hit guard: what was learned from pairs of one's own, and a model that reads both questions at once."""

    learned: Annotated[Place | None, means("A file that `wrp train guard` wrote.")] = None
    bar: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        means("The learned probability from which on a neighbour may answer; without it, that of the file."),
    ] = None
    pardon: Annotated[
        Annotated[float, Meta(ge=0, le=2)] | None,
        means("That from which on it may though a rule speaks against it; above 1: never. Else that of the file."),
    ] = None
    cross_encoder: Annotated[
        Place | None,
        means("A folder with model.onnx and tokenizer.json, or a model of sentence-transformers; asked last."),
    ] = None
    cross_bar: Annotated[
        float, Meta(ge=0, le=1), means("The probability that the cross-encoder asks of a neighbour.")
    ] = 0.5
