"""What it takes to be a signal, or an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from .facts import Reading, RequestView, Vector

ValueType = Literal["bool", "string", "number"]


class Signal(Protocol):
    """One thing that can be told about a request.

    `value_type` is the type of every reading's `value`. `wants_vector` says that `read` needs the embedding of
    `view.asked()`. `expected_cost` (seconds, without the embedding) orders evaluation, cheapest first.
    """

    @property
    def value_type(self) -> ValueType: ...

    @property
    def wants_vector(self) -> bool: ...

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
