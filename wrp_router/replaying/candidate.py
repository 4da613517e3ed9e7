"""A configuration as replay sees it: routes, what chooses the pool behind each, and all pools up and idle."""

from __future__ import annotations

import random
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import msgspec

from wrp_policies import pools_of
from wrp_policies.capable import NoCapablePool
from wrp_policies.consulting.types import Consulting
from wrp_policies.routes import Matched, Needs, NoMatch, Route, Routes
from wrp_policies.selection import CONSULTING, Static
from wrp_policies.selection.contextual import Contextual
from wrp_policies.selection.shadow import Shadow
from wrp_policies.selection.spec import Spec
from wrp_policies.staying import stayed
from wrp_policies.types import Chances, Plan, Pool, Pools, Selection, Server, Verifying
from wrp_policies.when import Env
from wrp_policies.when import compile as compile_when
from wrp_router.build.rooms import pool_specs
from wrp_router.config.check_routes import schema_of
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.fleet import Fleet
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

REFUSED = "(refused)"
"""Stands for a pool where the candidate has none for a request."""

BUSY = 1_000
"""Requests on each server of a pool that is made to look loaded."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """A route: what chooses, and among which pools; whether it keeps to a budget."""

    name: str
    policy: Selection
    pools: Pools
    stay: bool = True
    budgeted: bool = False

    def served_so(self, plan: Plan) -> bool:
        """Whether the answer of the pool that was asked first was given to the client as it would be here: a cascade
        verifies it, and may have asked the next pool for another."""
        return isinstance(self.policy, Verifying) == (plan.attempts[0].accept_at > 0.0)

    def asks_first(self, plan: Plan) -> bool:
        """Whether others were asked before that pool answered, or would be here: what these said, or would have, is
        not in the log."""
        return isinstance(self.policy, Consulting) or plan.policy in CONSULTING


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """`unread` are signals whose readings in the log are not believed: they were declared differently then."""

    routes: Routes
    lanes: tuple[Lane, ...]
    unread: AbstractSet[str] = frozenset()

    def lane(self, facts: Facts, time: float) -> tuple[Lane | None, bool]:
        """Where its routes lead, by what was read then; and whether a signal that nobody read might have led elsewhere.

        Such a signal is unknown, as one that is late: the routes that hang on it are passed over. None: no route.
        """
        readings = facts.readings
        if self.unread:
            readings = {name: reading for name, reading in readings.items() if name not in self.unread}
        env = Env(facts, readings, time, frozenset(facts.unknown) - self.unread)
        found, guessed = self.routes.decide(env), False
        if isinstance(found, Needs):
            guessed = True
            env = Env(facts, readings, time, (env.absent | self.routes.signals) - readings.keys())
            found = self.routes.decide(env)
        if isinstance(found, NoMatch):
            return None, guessed
        assert isinstance(found, Matched), "nothing more can be asked for"
        return self.lanes[found.index], guessed


def candidate_of(config: Config, materials: Materials, unread: AbstractSet[str] = frozenset()) -> Candidate:
    """Raises what building a policy raises, TierMissing among it."""
    routes = config.routes or (RouteConfig("default", Static(tuple([pool.name for pool in config.pools]))),)
    schema = schema_of(config)
    pools = Fleet(pool_specs(config), random.Random(0), lambda change: None).snapshot(0.0)
    lanes = []
    for route in routes:
        names = pools_of(route.use)
        used = tuple([pool for pool in pools if pool.name in names])
        lanes.append(Lane(route.name, route.use.build(materials), used, route.stay, _budgeted(route.use)))
    made = Routes([Route(route.name, compile_when(route.when, schema), route.priority) for route in routes])
    return Candidate(made, tuple(lanes), unread)


def _budgeted(spec: Spec) -> bool:
    """A shadow's budget changes nothing of what is served."""
    served = spec.use if isinstance(spec, Shadow) else spec
    return isinstance(served, Contextual) and served.budget is not None


def chances_of(lane: Lane | None, facts: Facts, time: float, rng: random.Random, busy: str = "") -> Chances:
    """How likely each pool would be the first; `busy` names one that is to look loaded."""
    able = () if lane is None else tuple([pool for pool in lane.pools if facts.operation in pool.abilities])
    if lane is None or not able:
        return {REFUSED: 1.0}
    if busy:
        able = tuple([_loaded(pool) if pool.name == busy else pool for pool in able])
    try:
        choice = lane.policy.select(facts, able, time, rng)
    except NoCapablePool:
        return {REFUSED: 1.0}
    if facts.bound and (lane.stay or facts.bound == "state"):  # what a server keeps is nowhere else
        choice = stayed(choice, facts.served)
    return choice.chances or {choice.pools[0]: 1.0}


def minds_load(lane: Lane, facts: Facts, time: float) -> bool:
    """Whether the choice would be another if some pool had more to do."""
    idle = chances_of(lane, facts, time, random.Random(0))
    busy = [chances_of(lane, facts, time, random.Random(0), pool.name) for pool in lane.pools]
    return any([dict(one) != dict(idle) for one in busy])


def _loaded(pool: Pool) -> Pool:
    return msgspec.structs.replace(pool, servers=tuple([_burdened(server) for server in pool.servers]))


def _burdened(server: Server) -> Server:
    return msgspec.structs.replace(
        server, in_flight=BUSY, waiting=BUSY, running=BUSY, pending=BUSY * BUSY, ttft=60.0, tpot=1.0, overrun=60.0
    )
