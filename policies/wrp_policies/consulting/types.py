"""The words of asking others before one answers. They do nothing."""

from __future__ import annotations

import random
from typing import Protocol, runtime_checkable

import msgspec

from wrp_policies.questions import Asking
from wrp_policies.types import Pool, Pools
from wrp_signals.facts import Facts, RequestView


class Heard(msgspec.Struct, frozen=True):
    """What one model said to a question of ours; to the caller's own where that is empty. `short`: it was not done."""

    pool: str
    answer: str
    question: str = ""
    short: bool = False


class Material(msgspec.Struct, frozen=True):
    """What came of asking: the pool that is to answer the request ("": as ever), and why. `text` goes after the last
    message of the request; where there is none, the request goes as it came."""

    why: str
    pool: str = ""
    text: str = ""


@runtime_checkable
class Consulting(Protocol):
    """A Selection that asks other models before one of its pools answers. `consult` comes to what that one is shown,
    within `seconds`; `too_slow` says why an answer of a pool would not be there within the `left` seconds, if so.
    Whatever is said, the request does not fail by it: at worst it goes as it came."""

    @property
    def seconds(self) -> float: ...

    def consult(self, facts: Facts, view: RequestView, pools: Pools, rng: random.Random) -> Asking[Material]: ...

    def too_slow(self, facts: Facts, pool: Pool, left: float) -> str: ...
