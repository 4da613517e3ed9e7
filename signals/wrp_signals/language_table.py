"""The table by which languages that share a script are told apart: a linear model over hashed runs of letters.

It sees letters only, no meaning; scripts that one language owns need no table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import exp, inf
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from .card import checked
from .errors import WeightsDamaged
from .writing import SPACE, Codes

LANGUAGE_CARD = "language-card.json"
REMEDY = "run `wrp train language --data DATA --out DIR`"
ODD, LAST = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
LARGEST = 18
"""At most so many bits of buckets a script."""

LONGEST = 8
"""At most so many letters a run."""

RIVALS = 16
"""So many of the likeliest languages share the probability. What is left to the others is nearly nothing."""


class Group(msgspec.Struct, frozen=True):
    """The languages of one script: int8[2^bits, languages] in the file from byte `start`, each count `scale` of a
    logit; the runs are of `orders` letters, a word's edges counting as one."""

    script: str
    languages: tuple[str, ...]
    orders: tuple[int, ...]
    bits: int
    scale: float
    start: int


class LanguageCard(msgspec.Struct, frozen=True):
    """What the table is and how good: written by `wrp train language`."""

    id: str
    signal: str
    weights: str
    sha256: str
    groups: tuple[Group, ...]
    sources: tuple[str, ...]
    report: dict[str, Any]


class Table:
    """One group's weights. Probabilities are those of a softmax over the mean weight of the runs, times the square root
    of their number: longer texts are surer."""

    __slots__ = ("_bits", "_orders", "_scale", "_weights", "languages")

    def __init__(self, group: Group, weights: npt.NDArray[np.int8], among: Iterable[str] = ()) -> None:
        """`among`: the languages that can be answered; all where there are none."""
        wanted = set(among) or set(group.languages)
        columns = [column for column, name in enumerate(group.languages) if name in wanted]
        self.languages = tuple([group.languages[column] for column in columns])
        self._weights = np.ascontiguousarray(weights[:, columns])
        self._orders = group.orders
        self._bits = group.bits
        self._scale = group.scale

    def ranked(self, codes: Codes) -> list[tuple[str, float]]:
        """The two likeliest languages (one, where there are no more) and their probabilities."""
        sums, scale = self.sums(codes)
        best, *rest = sorted(sums, reverse=True)[:RIVALS]
        chance = 1.0 / (1.0 + sum([exp(scale * (one - best)) for one in rest]))
        first = sums.index(best)
        ranked = [(self.languages[first], chance)]
        if rest:
            sums[first] = -inf
            ranked.append((self.languages[sums.index(rest[0])], chance * exp(scale * (rest[0] - best))))
        return ranked

    def sums(self, codes: Codes) -> tuple[list[float], float]:
        """For letters as `writing_of` gives them, the sum of the runs' weights by language, and what one is worth of a
        logit."""
        rows = self._weights.take(buckets_of(codes, self._orders, self._bits), 0).astype(np.float32)
        sums: Any = np.ones(len(rows), np.float32).dot(rows)  # whole numbers, exact in any order
        return sums.tolist(), self._scale / max(1, len(rows)) ** 0.5


def buckets_of(codes: Codes, orders: tuple[int, ...], bits: int) -> npt.NDArray[np.uint32]:
    """The buckets of all runs of letters within words, the space on either side of a word being a letter of it.
    `orders` ascend."""
    letter = codes != SPACE
    running = codes * ODD
    whole = letter  # of the run that begins here: whether no space is inside
    kinds = [running[letter]] if 1 in orders else []
    for order in range(2, orders[-1] + 1):
        running = running[:-1] ^ codes[order - 1 :]
        running *= ODD
        if order > 2:
            whole = letter[1:-1] if order == 3 else whole[:-1] & letter[order - 2 : -1]
        if order in orders:
            kinds.append(running[whole if order > 2 else letter[:-1] | letter[1:]])
    buckets: npt.NDArray[np.uint32] = np.concatenate(kinds)
    buckets *= LAST
    buckets >>= np.uint32(32 - bits)
    return buckets


def language_card(data: bytes) -> LanguageCard:
    """Raises WeightsDamaged naming the field that does not fit."""
    try:
        return msgspec.json.decode(data, type=LanguageCard)
    except msgspec.DecodeError as error:
        raise WeightsDamaged(f"{LANGUAGE_CARD} is not the card of a language table: {error}: {REMEDY}") from None


def tables_of(read: Callable[[str], bytes], name: str, among: Iterable[str] = ()) -> dict[str, Table]:
    """Script -> table, of the card at `name`, its weights beside it. Raises WeightsDamaged, saying what to run."""
    try:
        card = language_card(read(name))
        folder, slash, _ = name.rpartition("/")
        data = checked(read(folder + slash + card.weights), card.sha256, card.weights)
    except OSError as error:
        raise WeightsDamaged(f"{error}: {REMEDY}") from None
    tables = (Table(group, _weights(group, data), among) for group in card.groups)
    return {group.script: table for group, table in zip(card.groups, tables, strict=True) if table.languages}


def _weights(group: Group, data: bytes) -> npt.NDArray[np.int8]:
    shape = (1 << min(group.bits, LARGEST), len(group.languages))
    orders = group.orders
    lawful = (
        orders and group.languages and list(orders) == sorted(set(orders)) and 0 < orders[0] <= orders[-1] <= LONGEST
    )
    if not lawful or not 0 < group.bits <= LARGEST or not 0 <= group.start <= len(data) - shape[0] * shape[1]:
        raise WeightsDamaged(f"the table of {group.script} is not in the file: {REMEDY}")
    return np.frombuffer(data, np.int8, shape[0] * shape[1], group.start).reshape(shape)
