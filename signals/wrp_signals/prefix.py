"""Keyed hashes of a prompt's leading blocks: what KV caches can share. Guesses at the engine's template, no more."""

from __future__ import annotations

import functools
import hashlib

import numpy as np
import numpy.typing as npt

from .facts import RequestView

BLOCK_BYTES = 512
"""Of text in a block."""

BLOCK_TOKENS = BLOCK_BYTES // 4
"""For which a block is taken: a token of English or of code is about four bytes."""

Words = npt.NDArray[np.uint64]


def prefix_hashes(
    view: RequestView, block_bytes: int = BLOCK_BYTES, limit: int = 64, seed: bytes = b""
) -> tuple[int, ...]:
    """One hash per full block of `block_bytes` bytes (a multiple of 4), each over the prompt up to that block's end.

    Two prompts share their first n hashes if they share their first n blocks; otherwise the n-th differ but for a
    chance of 2^-32 that nobody without `seed` can raise (multilinear hashing over 32-bit words, Lemire and Kaser
    2014, arXiv:1202.4961). At most `limit` hashes, 63 bits each, the same in every process. A prompt shorter than a
    block has none. Images and audio end the prefix, because the view does not hold what is in them.
    """
    data = prompt_bytes(view, block_bytes * limit)
    blocks = min(limit, len(data) // block_bytes)
    if blocks == 0:
        return ()
    factors, offsets = _keys(seed, block_bytes // 4, limit)
    words = np.frombuffer(data, np.dtype("<u4"), blocks * block_bytes // 4).reshape(blocks, -1)
    sums = np.add.reduce(np.multiply(words, factors[:blocks]), axis=1)
    chained = np.add.accumulate(np.add(sums, offsets[:blocks]))
    return tuple((chained >> np.uint64(1)).tolist())


def of_model(hashes: tuple[int, ...], model: str) -> tuple[int, ...]:
    """The same for one adapter alone: two adapters of a model keep nothing in common, however prompts begin."""
    own = int.from_bytes(hashlib.blake2b(model.encode("utf-8", "replace"), digest_size=8).digest(), "little") >> 1
    return tuple([one ^ own for one in hashes])


def prompt_bytes(view: RequestView, limit: int) -> bytes:
    """The prompt in the order in which templates render it, tools first, cut at about `limit` bytes."""
    parts = ["\x1f".join(view.tools)]
    length = len(parts[0])
    for message in view.messages:
        if message.images or message.audio or length >= limit:
            break
        parts.append(f"\x1e{message.role}\x1f{message.text[:limit]}")
        length += len(parts[-1])
    return "".join(parts).encode("utf-8", "replace")


@functools.lru_cache(maxsize=8)
def _keys(seed: bytes, words: int, limit: int) -> tuple[Words, Words]:
    """A random factor per word and an offset per block, drawn from the seed."""
    size = 8 * limit * (words + 1)
    drawn = np.frombuffer(hashlib.shake_256(b"wrp prefix\0" + seed).digest(size), np.dtype("<u8"))
    return drawn[limit:].reshape(limit, words), drawn[:limit]
