"""The words of this room: what a policy sees, what it answers, what it hears back."""

from __future__ import annotations

import math
import random
from collections.abc import Container, Mapping, Sequence
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

import msgspec

from wrp_signals.facts import Facts, RequestView
from wrp_signals.signal import Sense

from .cascading.types import Held, Hold, Verdict
from .catalogue import Catalogue
from .examples.types import AIDED, Given
from .questions import Asking
from .warmth import COLD, Warmth

Role = Literal["", "prefill", "decode"]
"""What a server does of a request: all of it, or one half, where prompts are computed on other servers than answers."""

ALONE = ""
"""Who computes the prompt of an attempt whose own server does it itself."""


class Server(msgspec.Struct, frozen=True, gc=False):
    """One engine of a pool as seen at one instant.

    `in_flight` counts our own requests on it; `waiting` is what the engine itself reports as queued, ours among them (0
    if it does not say): it is for people, load is `in_flight` and `running`. `ttft` and `tpot` are moving averages in
    seconds (0 before the first request), `ttft` as it was when last `measured` (-inf: never). `limit` is how many
    requests we allow at once (0: no limit). `up` is False while the breaker is open or the server drains; `weight` in
    (0, 1] falls below 1 while a recovered server starts slowly. `pending` are the prompt tokens that are still to be
    computed there, as far as we know; `prefill` is the time for each in seconds, `base` what the first token takes
    beside that (0: not measured yet). `running` are other routers' requests on it, waiting ones included, as last heard
    (0 if nobody says, or not lately). Four in five first tokens come at most `overrun` seconds later than all this lets
    expect. `context` is in tokens (0: the pool's). Only a server whose `role` is not "prefill" answers requests. What
    others have there was `heard` at that time (inf: nothing was, or not lately).
    """

    name: str
    in_flight: int = 0
    waiting: int = 0
    ttft: float = 0.0
    tpot: float = 0.0
    limit: int = 0
    up: bool = True
    weight: float = 1.0
    pending: int = 0
    prefill: float = 0.0
    base: float = 0.0
    running: int = 0
    overrun: float = 0.0
    context: int = 0
    role: Role = ""
    heard: float = math.inf
    measured: float = -math.inf

    def has_room(self) -> bool:
        return self.up and (self.limit == 0 or self.in_flight < self.limit)


NO_NAMES: Container[str] = Catalogue[bool]({})


class Pool(msgspec.Struct, frozen=True, gc=False):
    """The servers of one model on one kind of hardware, as seen at one instant.

    Prices are US$ per million tokens, `price_cached` that of prompt tokens which the engine had (None: as any
    others), `price_hour` what a server costs an hour (0: not known). `context` is in tokens (0: not known).
    `abilities` holds the operations it speaks ("chat", "messages", …) and features ("tools", "vision",
    "json_schema"). `turn` counts dispatches so far. `model` is "*" where the pool takes any model name as it comes.
    `warm` is a window on who holds which prefix, good for this instant. `edition` changes when servers join or
    leave for good. `adapters` are the names under which the servers offer adapters of the model (LoRA), of which
    each holds only a few at a time.
    """

    name: str
    model: str
    servers: tuple[Server, ...]
    price_in: float = 0.0
    price_out: float = 0.0
    context: int = 0
    abilities: frozenset[str] = frozenset()
    turn: int = 0
    warm: Warmth = COLD
    edition: int = 0
    adapters: Container[str] = NO_NAMES
    price_cached: float | None = None
    price_hour: float = 0.0

    def has_room(self) -> bool:
        return any(server.has_room() for server in self.servers)


Tiers = frozenset[Sense]
"""By what a policy knows a prompt."""

Pools = tuple[Pool, ...]


Chances = Mapping[str, float]
"""How likely each pool was to be the first, by name, all of them above 0; empty where chance played no part. A pool
that may be given examples is there twice: as it is, and as its name and AIDED."""

NO_CHANCE: Chances = {}

Bars = Mapping[str, float]
"""What score, in (0, 1], an answer of a pool has to reach to be given to the client, by name; others need none."""

NO_BARS: Bars = {}


class Choice(msgspec.Struct, frozen=True, gc=False):
    """A selection policy's answer: pools by name, best first. Where chance played a part, `chances` says how likely
    each was to be the first, and `propensity` how likely the one was who is. With `bars` it is a cascade: a pool comes
    after the one before it for an answer that was not good enough, and for a pool whose servers failed. `shadow` is the
    pool that another policy would have put first, where one is asked beside the one that serves. `given` is what goes
    before the prompt wherever its pool is asked."""

    pools: tuple[str, ...]
    why: str
    propensity: float = 1.0
    chances: Chances = NO_CHANCE
    bars: Bars = NO_BARS
    shadow: str = ""
    given: Given | None = None


class Attempt(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Send to `server` of `pool`. Below `accept_at` (a verifier's score in [0, 1]; 0: whatever it says is given to the
    client) the plan moves on to the next pool.

    `prefills` may be asked to compute the prompt for it: the first of them that takes it does, and ALONE is the server
    itself. Where there are none it does so anyway. With `given`, past answers go before the prompt.
    """

    pool: str
    server: str
    accept_at: float = 0.0
    prefills: tuple[str, ...] = ()
    given: Given | None = None

    @property
    def arm(self) -> str:
        """What `chances` call it."""
        return self.pool if self.given is None else self.pool + AIDED


class Plan(msgspec.Struct, frozen=True, gc=False):
    """What to do with a request: attempts in order, and why. `propensity`, `chances` and `shadow` are the Choice's."""

    attempts: tuple[Attempt, ...]
    why: str
    policy: str = ""
    propensity: float = 1.0
    chances: Chances = NO_CHANCE
    shadow: str = ""


REJECTED = "rejected"
"""The reason of an attempt whose answer was not good enough to be given to the client."""


class Ended(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CLIENT_GONE = "client_gone"


class Fault(StrEnum):
    """Whose fault a failure was: only HOST evidence feeds breakers, only HOST and CREDENTIAL evidence keeps requests
    away for as long as an engine asks, REQUEST evidence feeds nothing."""

    NONE = "none"
    HOST = "host"
    CREDENTIAL = "credential"
    REQUEST = "request"


class Outcome(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How one attempt went. Times in seconds from dispatch; tokens as the engine reported them or, where it did not,
    as counted from the stream (`estimated`); `cost` in US$; `status` is the engine's HTTP status, 0 if none came.
    `prefill` is the server that computed the prompt, where another one did. `quality` is what a verifier made of the
    answer, and `evidence` by what, in numbers and words of ours; one below its bar is `done`, and REJECTED. `response`
    is the name under which the provider keeps it, where it does."""

    pool: str
    server: str
    model: str
    ended: Ended
    fault: Fault = Fault.NONE
    status: int = 0
    reason: str = ""
    ttft: float = 0.0
    duration: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    estimated: bool = False
    cost: float = 0.0
    finish_reason: str = ""
    quality: float = 1.0
    prefill: str = ""
    evidence: str = ""
    response: str = ""

    @property
    def ok(self) -> bool:
        return self.ended is Ended.DONE


class Selection(Protocol):
    """Which model. Pure: the same facts, pools, now and rng state give the same choice; only `learn` changes state.

    `select` gets only pools that can serve the request at all, never an empty tuple, and answers with names out of
    them. `learn` is told how each attempt ended; `judged` how good an answer was, in [0, 1], whenever somebody says
    so: after `learn`, maybe days after, maybe never. `state`/`restore` round-trip what was learned, without pickle.
    Requests come with `vectors` of its `tiers`, if these are in time.
    """

    @property
    def tiers(self) -> Tiers: ...

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice: ...

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None: ...

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None: ...

    def state(self) -> bytes: ...

    def restore(self, state: bytes) -> None: ...


class Balancing(Protocol):
    """Which server of a pool. Pure in the same sense, but that it also hears at once where a request went (`placed`),
    for what follows that must not wait for the answer. `order` gets a pool with at least one usable server and names
    all usable ones, best first; but none that could not take the request even if it were idle. It raises NoCapablePool
    where no server of the pool could, up or not."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]: ...

    def placed(self, facts: Facts, server: str, now: float) -> None: ...

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None: ...

    def state(self) -> bytes: ...

    def restore(self, state: bytes) -> None: ...


@runtime_checkable
class Splitting(Protocol):
    """A Balancing whose servers may have a role. `order` then names those that answer."""

    def prefills(
        self, facts: Facts, pool: Pool, servers: Sequence[str], now: float, rng: random.Random
    ) -> tuple[tuple[str, ...], ...]:
        """For each of these servers, which `order` named, who may be asked to compute the prompt."""


@runtime_checkable
class Verifying(Protocol):
    """A Selection whose choices have bars. `hold` says how an answer with a bar is held back, `by_category` that bars
    differ by the signal `category`. `verify` scores the answer to an attempt, or has to ask for that; where it cannot,
    `doubt` says what becomes of it. `waited` and `left` to the deadline are seconds: `too_late` says why the next pool
    would be too late, if it would be, `left` what of them is left until a first byte is wanted, and `too_slow` why so
    many tokens of a pool would not come within these."""

    @property
    def hold(self) -> Hold: ...

    @property
    def by_category(self) -> bool: ...

    def verify(self, facts: Facts, held: Held, attempt: Attempt, view: RequestView) -> Verdict | Asking[Verdict]: ...

    def doubt(self, held: Held) -> Literal["escalate", "accept"]: ...

    def too_late(self, facts: Facts, pool: Pool, waited: float, left: float) -> str: ...

    def left(self, waited: float, left: float) -> float: ...

    def too_slow(self, facts: Facts, pool: Pool, tokens: int, left: float) -> str: ...


class Learned(msgspec.Struct, frozen=True):
    """What a planner's policies had learned: each one's own bytes, balancing by pool."""

    selection: bytes = b""
    balancing: dict[str, bytes] = {}
