"""What a flow is given: rooms and limits, all of one configuration. A reload builds new ones and swaps them whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wrp_cache import Cache, Flights
from wrp_policies import Planner
from wrp_policies.catalogue import Catalogue
from wrp_policies.comparing import Comparer
from wrp_policies.routes import Routes
from wrp_policies.when import Condition
from wrp_router.accounts import Accounts
from wrp_router.fleet.budget import RetryBudget
from wrp_router.fleet.pressure import Pressure, PressureSpec
from wrp_signals.calibration import Calibration
from wrp_signals.learning import Learns
from wrp_signals.signal import Sense

from .conversations import Conversations
from .decisions import Decisions
from .seat import Seat
from .shelves import Shelves


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for reading signals and for the cache's embedding; how many attempts may follow the first; the seconds
    that a sheddable request waits for room, and the share of its patience that a line in overload may take."""

    routing: float = 0.005
    embedding: float = 0.25
    extra_attempts: int = 2
    sheddable: float = 0.01
    line: float = 0.2


@dataclass(frozen=True, slots=True)
class Way:
    """Where a matched route leads: `pools` are those its planner may choose from, `queue` the seconds a request waits
    for one of them to have room; `prefix`: one of them is chosen by how a prompt begins; `stay`: a conversation stays
    with its pool while tools are at work; `lines`: there are lines before the servers of these, which may be pools that
    are only asked questions of ours; `as_asked`: engines are sent the name of the model as it came; `tiers`: by what
    the planner knows what was asked; `category`: bars of its cascade differ by that signal; `shelves`: the past answers
    that may go before prompts."""

    name: str
    planner: Planner
    pools: tuple[str, ...]
    queue: float = 5.0
    cache: bool = True
    prefix: bool = False
    lines: frozenset[str] = frozenset()
    as_asked: bool = False
    tiers: tuple[Sense, ...] = ()
    category: bool = False
    stay: bool = False
    shelves: Shelves | None = None


@dataclass(frozen=True, slots=True)
class Comparing:
    """Who says whether two answers say the same where nothing else tells, and by which way it is asked."""

    comparer: Comparer
    way: Way


NO_ADAPTERS = Catalogue[Way]({})


@dataclass(frozen=True, slots=True)
class Rooms:
    """`ways` stand beside `routes` index by index; `named` leads concrete model names ("*": any) to their pools,
    `adapters` those of adapters;
    `costs` are the expected seconds of every signal by name. `learners` are the signals that learn from answers,
    as the `calibration` of the token estimate does. `reviewed`: a model looks at what the cache finds by likeness;
    `unless`: of which requests it keeps no answer. `prefix_seed` keys the hashes of how prompts begin.
    `route_first`: whether a request may be one whose answers are not kept is not for the exact cache to know.
    `decisions` are those that may yet be judged, `conversations` where those went that may go on. `accounts`: what
    tenants may ask for and use, if any is limited. `comparing`: who is asked about answers of which nobody can say
    whether they say the same. `pressure`: how near the process is to what it can bear."""

    routes: Routes
    ways: tuple[Way, ...]
    named: Mapping[str, Way]
    retries: RetryBudget
    rng: random.Random
    auto: frozenset[str] = frozenset({"auto"})
    costs: Mapping[str, float] = field(default_factory=dict)
    cache: Cache | None = None
    semantic: bool = False
    flights: Flights[Seat] | None = None
    reviewed: bool = False
    unless: Condition | None = None
    easing: Callable[[Way, float], float] | None = None
    calibration: Calibration = field(default_factory=Calibration)
    learners: tuple[Learns, ...] = ()
    limits: Limits = Limits()
    prefix_seed: bytes = b""
    adapters: Catalogue[Way] = NO_ADAPTERS
    decisions: Decisions | None = None
    conversations: Conversations = field(default_factory=Conversations)
    accounts: Accounts | None = None
    route_first: bool = False
    comparing: Comparing | None = None
    pressure: Pressure = field(default_factory=lambda: Pressure(PressureSpec()))

    def way_of(self, model: str) -> Way | None:
        """The way of a concrete model name, if any pool takes it."""
        return self.named.get(model) or self.adapters.find(model) or self.named.get("*")
