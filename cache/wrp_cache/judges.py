"""Which guard a cache has: the rules, a learned guard after them, a cross-encoder last. Built from a declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec

from wrp_cache.against import Judge
from wrp_cache.crossing import CrossGuard, cross_encoder
from wrp_cache.guard import Guard
from wrp_cache.learned import LearnedGuard
from wrp_cache.nearness import WordTable
from wrp_cache.weighing import load_weighing
from wrp_signals.static import static_embedder


class GuardSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`learned`: a file that `wrp train guard` wrote; `bar` and `pardon` replace those of its card. `cross_encoder`: a
    folder with model.onnx and tokenizer.json, or the name of a model of sentence-transformers."""

    learned: str | None = None
    bar: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    pardon: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    cross_encoder: str | None = None
    cross_bar: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5

    def build(self, embedder: str | None, read: Callable[[str], bytes], dim: int | None = None) -> Judge:
        """The judge declared. `embedder` is the id of the one whose vectors it is told, of `dim` numbers; `read` gives
        a file's bytes. Raises OSError, WeightsDamaged, WrongEmbedder, TierMissing."""
        judge: Judge = Guard()
        if self.learned is not None:
            weighing = load_weighing(read(self.learned), self.learned, embedder, WordTable(static_embedder()), dim)
            judge = LearnedGuard(weighing, self.bar, self.pardon)
        if self.cross_encoder is not None:
            judge = CrossGuard(cross_encoder(self.cross_encoder, read), judge, self.cross_bar)
        return judge
