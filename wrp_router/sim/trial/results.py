"""What a trial saw, request by request: forty-four bytes of each, and all that grows with them."""

from __future__ import annotations

import struct
from array import array
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]

ROW = struct.Struct("=Id6fd")
"""One request, in the order of `Results.NAMES`: packed at once, which takes a fraction of nine arrays' time."""


class Results:
    """Seconds and tokens of every request that ended well, in the order of their ends; of those that failed, which they
    were and when they arrived. `number` counts arrivals from 0. `first` tokens come `ttft` seconds after the arrival,
    further ones every `tpot` seconds; `last` is the time of the last."""

    __slots__ = ("_lost", "_rows")

    NAMES = ("number", "arrived", "ttft", "tpot", "prompt", "cached", "output", "server", "last")

    def __init__(self) -> None:
        self._rows = bytearray()
        self._lost: dict[str, array[Any]] = {"number": array("I"), "arrived": array("d")}

    def __len__(self) -> int:
        return len(self._rows) // ROW.size

    @property
    def failed(self) -> int:
        """How many ended without an answer, or with a part of one."""
        return len(self._lost["number"])

    def add(
        self,
        number: int,
        arrived: float,
        ttft: float,
        tpot: float,
        prompt: int,
        cached: int,
        output: int,
        server: int,
        last: float,
    ) -> None:
        """One request ended well; `server` is its number."""
        self._rows += ROW.pack(number, arrived, ttft, tpot, prompt, cached, output, server, last)

    def fail(self, number: int, arrived: float) -> None:
        """One did not."""
        self._lost["number"].append(number)
        self._lost["arrived"].append(arrived)

    def column(self, name: str) -> Column:
        """float64[n] of those that ended well."""
        return np.frombuffer(self._rows, TYPES)[name].astype(np.float64)

    def lost(self, name: str) -> Column:
        """float64[n] of those that failed: `number` or `arrived`."""
        return np.asarray(self._lost[name], dtype=np.float64)


TYPES = np.dtype(list(zip(Results.NAMES, ("u4", "f8", *["f4"] * 6, "f8"), strict=True)))
"""The same for numpy."""
