"""What it takes to be a signal, or an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from .facts import Reading, RequestView, Vector

ValueType = Literal["bool", "string", "number"]

Tier = Literal["none", "static", "model"]
"""Whose vector of `view.asked()` a signal reads: nobody's, the token table's, or the model's."""

Sense = Literal["surface", "static", "model"]
"""By what a choice may know a prompt: how it looks, or a tier's vector of it."""

TierChoice = Literal["auto", "static", "model"]
"""What a declaration may ask for. `auto` is whichever tier this process prefers."""


class Signal(Protocol):
    """One thing that can be told about a request.

    `value_type` is the type of every reading's `value`. `tier` says whose vector of `view.asked()` `read` is given;
    none where it is "none". `expected_cost` (seconds, without the embedding) orders evaluation, cheapest first.
    """

    @property
    def value_type(self) -> ValueType: ...

    @property
    def tier(self) -> Tier: ...

    @property
    def expected_cost(self) -> float: ...

    def read(self, view: RequestView, vector: Vector | None) -> Reading: ...


class Embedder(Protocol):
    """Texts to unit vectors. `id` names model, quantisation and version: vectors of two ids never meet.

    Stateless after construction and safe to call from several threads.
    """

    @property
    def id(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...
