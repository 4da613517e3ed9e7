"""Keyed hashes of a prompt's leading blocks: what KV caches can share. Guesses at the engine's template, no more."""

from __future__ import annotations

import functools
import hashlib
from bisect import bisect_right
from itertools import accumulate, chain, repeat

import numpy as np
import numpy.typing as npt

from .facts import RequestView
from .once import once

UNIT_BYTES = 512
"""Of text in the smallest block."""

UNIT_TOKENS = UNIT_BYTES // 4
"""For which it is taken: a token of English or of code is about four bytes."""

LADDER = tuple(accumulate(chain(repeat(1, 64), *[repeat(1 << step, 32) for step in range(1, 6)])))
"""How many units each hash covers: blocks of one unit up to 32 KB, then 32 of each double size up to 1 MB. So a prompt
of a quarter of a million tokens has 224 hashes, and where two part is known to within a thirty-second."""

FEW = 64
"""Units up to which sums of plain numbers are quicker than six more calls of numpy; a block each."""

_WHOLE = (1 << 64) - 1
_ONE, _HALF = np.uint64(1), np.uint64(32)
_WORDS = UNIT_BYTES // 4
_UNIT = np.dtype(("<u4", _WORDS))
_PLACES = np.array(LADDER) - 1

Words = npt.NDArray[np.uint64]


def prefix_hashes(view: RequestView, seed: bytes = b"") -> tuple[int, ...]:
    """One hash for each full block of the prompt, over all of it up to that block's end; LADDER says how far.

    Two prompts share their first n hashes if they share their first n blocks; otherwise the n-th differ but for a
    chance of 2^-31 that nobody without `seed` can raise (multilinear hashing over 32-bit words, Lemire and Kaser
    2014, arXiv:1202.4961; of units first, then of their hashes). 63 bits each, the same in every process. A prompt
    shorter than a block has none. Images and audio end the prefix, because the view does not hold what is in them.
    """
    return _hashed(view, seed)


@once
def _hashed(view: RequestView, seed: bytes) -> tuple[int, ...]:
    data = prompt_bytes(view, UNIT_BYTES * LADDER[-1])
    units = min(len(data) // UNIT_BYTES, LADDER[-1])
    if units == 0:
        return ()
    factors, scales, offsets = _keys(seed)
    heads = np.frombuffer(data, _UNIT, units).dot(factors)
    if units <= FEW:
        return _chained(heads.tolist(), seed)
    depth = bisect_right(LADDER, units)
    units = LADDER[depth - 1]
    heads = heads[:units] >> _HALF
    heads *= scales[:units]
    heads += offsets[:units]
    chained = np.add.accumulate(heads)
    chained >>= _ONE
    return tuple(chained[_PLACES[:depth]].tolist())


def _chained(heads: list[int], seed: bytes) -> tuple[int, ...]:
    """The same sums of a few units in plain numbers."""
    total, hashes = 0, []
    for head, (scale, offset) in zip(heads, _few(seed), strict=False):
        total = (total + (head >> 32) * scale + offset) & _WHOLE
        hashes.append(total >> 1)
    return tuple(hashes)


def of_model(hashes: tuple[int, ...], model: str) -> tuple[int, ...]:
    """The same for one adapter alone: two adapters of a model keep nothing in common, however prompts begin."""
    own = int.from_bytes(hashlib.blake2b(model.encode("utf-8", "replace"), digest_size=8).digest(), "little") >> 1
    return tuple([one ^ own for one in hashes])


def prompt_bytes(view: RequestView, limit: int) -> bytes:
    """The prompt in the order in which templates render it, tools first: all of it, or its first `limit` bytes and
    more."""
    parts = ["\x1f".join(view.tools)]
    length = len(parts[0])
    for message in view.messages:
        if message.images or message.audio or length >= limit:
            break
        text = message.text[:limit]
        parts += ("\x1e", message.role, "\x1f", text)
        length += len(text)
    return "".join(parts).encode("utf-8", "replace")


@functools.lru_cache(maxsize=8)
def _keys(seed: bytes) -> tuple[Words, Words, Words]:
    """A random factor for each word of a unit, and a factor and an offset for each unit, drawn from the seed."""
    units = LADDER[-1]
    drawn = np.frombuffer(hashlib.shake_256(b"wrp prefix\0" + seed).digest(8 * (_WORDS + 2 * units)), np.dtype("<u8"))
    return drawn[:_WORDS], drawn[_WORDS : _WORDS + units] | np.uint64(1), drawn[_WORDS + units :]


@functools.lru_cache(maxsize=8)
def _few(seed: bytes) -> tuple[tuple[int, int], ...]:
    """The factors and offsets of the first units, as plain numbers."""
    _, scales, offsets = _keys(seed)
    return tuple(zip(scales[:FEW].tolist(), offsets[:FEW].tolist(), strict=True))
