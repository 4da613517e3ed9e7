"""Traces that are made, not recorded: stand-ins with known sharing. No figure of theirs is one of a real service."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count, islice

import msgspec

from .arrival import Arrival, Trace

BLOCK = 512
QPS = 6.5
LONGEST = 128_000

FIRST_SHARE, FIRST_BLOCKS = 0.378, 13
SECOND_SHARE, SECOND_BLOCKS = 0.149, 6
CONTINUED, BRANCHED, OPEN = 0.40, 0.2, 256

_Draw = tuple[float, float, int]
"""mu and sigma of a lognormal, and the most that it may give."""

_FIRST_TURN: _Draw = (8.66, 0.95, LONGEST)
_LATER_TURN: _Draw = (7.5, 0.9, 32_000)
_TOOL_OUTPUT: _Draw = (3.6, 1.0, 2_000)
_TALK_OUTPUT: _Draw = (5.41, 0.85, 4_000)


class _Turn(msgspec.Struct, frozen=True):
    """Where a conversation stands: what the next turn begins with."""

    session: str
    tokens: int
    blocks: tuple[int, ...]


def synthetic(seed: int, requests: int, qps: float = QPS) -> Trace:
    """SYNTHETIC: made after what is published of Mooncake's Tool&Agent trace, of which not one row is in it.

    Poisson arrivals of `qps` a second. 37.8 % of the requests begin with one hot prefix of 13 blocks of 512 tokens,
    14.9 % with another of 6, each with a text of its own behind it. The rest are turns of conversations: 40 % of them
    go on from one of the 256 conversations that are open, beginning with the full blocks of its last prompt, and a
    fifth of those leave it open where it was too, so that conversations become trees. Prompts have about 8,600 tokens
    in the mean and outputs about 180, both skewed; a cache without end hits about 59 % of the prompts' tokens.

    Memory: the blocks of the open conversations. The same `seed` gives the same trace; a longer one begins with the
    shorter. Sources: DualMap's and Mooncake's papers for the shares, means and hit ratio; the rest is our guess.
    """
    _checked(requests, qps)
    return Trace(f"synthetic-{seed}", BLOCK, lambda: _toolagent(random.Random(seed), requests, qps))


def hot(seed: int, requests: int, share: float = 0.6, *, qps: float = QPS, blocks: int = 16, others: int = 64) -> Trace:
    """SYNTHETIC: one prefix that takes a `share` of the requests; the rest go evenly to `others` prefixes.

    All prefixes are `blocks` blocks of 512 tokens, with 64 to 1,024 tokens of the request's own behind them, and
    outputs of 16 to 256. Poisson arrivals. A balancer that only follows caches sends the share to one server.
    """
    _checked(requests, qps)
    if not 0 <= share <= 1 or blocks < 1 or others < 1:
        raise ValueError(f"share {share} is in 0..1, blocks {blocks} and others {others} are at least 1")
    return Trace(f"hot-{seed}", BLOCK, lambda: _hot(random.Random(seed), requests, share, qps, blocks, others))


def _toolagent(rng: random.Random, requests: int, qps: float) -> Iterator[Arrival]:
    ids = count()
    first, second = _fresh(ids, FIRST_BLOCKS * BLOCK), _fresh(ids, SECOND_BLOCKS * BLOCK)
    talks = _Talks(rng, ids)
    at = 0.0
    for _ in range(requests):
        at += rng.expovariate(qps)
        kind = rng.random()
        if kind < FIRST_SHARE:
            yield _tool(rng, ids, at, first, 700)
        elif kind < FIRST_SHARE + SECOND_SHARE:
            yield _tool(rng, ids, at, second, 350)
        else:
            yield talks.turn(at)


class _Talks:
    """Conversations that are open. Turns come from any of them; one that is pushed out is never heard of again."""

    __slots__ = ("_ids", "_names", "_open", "_rng")

    def __init__(self, rng: random.Random, ids: Iterator[int]) -> None:
        self._rng, self._ids, self._names = rng, ids, count()
        self._open: list[_Turn] = []

    def turn(self, at: float) -> Arrival:
        rng = self._rng
        place = rng.randrange(len(self._open)) if self._open and rng.random() < CONTINUED else -1
        before = self._open[place] if place >= 0 else _Turn(f"talk-{next(self._names)}", 0, ())
        said = _lognormal(rng, _LATER_TURN if place >= 0 else _FIRST_TURN)
        prompt, output = min(LONGEST, before.tokens + said), _lognormal(rng, _TALK_OUTPUT)
        kept = before.blocks[: prompt // BLOCK]
        blocks = kept + _fresh(self._ids, prompt - len(kept) * BLOCK)
        self._keep(place, _Turn(before.session, prompt + output, blocks[: prompt // BLOCK]))
        return Arrival(at, prompt, output, blocks, before.session)

    def _keep(self, place: int, turn: _Turn) -> None:
        if place >= 0 and self._rng.random() >= BRANCHED:
            self._open[place] = turn
        elif len(self._open) < OPEN:
            self._open.append(turn)
        else:
            self._open[self._rng.randrange(OPEN)] = turn


def _hot(rng: random.Random, requests: int, share: float, qps: float, blocks: int, others: int) -> Iterator[Arrival]:
    ids = count()
    prefixes = [_fresh(ids, blocks * BLOCK) for _ in range(others + 1)]
    at = 0.0
    for _ in range(requests):
        at += rng.expovariate(qps)
        prefix = prefixes[0] if rng.random() < share else prefixes[rng.randint(1, others)]
        own = rng.randint(64, 1_024)
        yield Arrival(at, blocks * BLOCK + own, rng.randint(16, 256), prefix + _fresh(ids, own))


def _tool(rng: random.Random, ids: Iterator[int], at: float, prefix: tuple[int, ...], mean: float) -> Arrival:
    own = 1 + min(LONGEST, int(rng.expovariate(1 / mean)))
    return Arrival(at, len(prefix) * BLOCK + own, _lognormal(rng, _TOOL_OUTPUT), prefix + _fresh(ids, own))


def _fresh(ids: Iterator[int], tokens: int) -> tuple[int, ...]:
    """Blocks that nobody had before, for so many tokens."""
    return tuple(islice(ids, -(-tokens // BLOCK)))


def _lognormal(rng: random.Random, draw: _Draw) -> int:
    mu, sigma, most = draw
    drawn = round(rng.lognormvariate(mu, sigma))
    return 1 if drawn < 1 else min(drawn, most)


def _checked(requests: int, qps: float) -> None:
    if requests < 0 or not 0 < qps < float("inf"):
        raise ValueError(f"{requests} requests at {qps} a second: at least 0, at a rate above 0")
