"""A selection policy and balancing policies, composed into plans. It decides nothing that they do not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import zip_longest

import msgspec

from wrp_signals.facts import Facts

from .capable import NoCapablePool, Taking, takers
from .consulting.types import Consulting
from .examples.types import Exemplary, Given, Sent, as_asked
from .filters import usable
from .sharing import NOBODY, Shares, Sharing
from .staying import stayed
from .types import (
    Attempt,
    Balancing,
    Bars,
    Choice,
    Learned,
    Outcome,
    Plan,
    Pool,
    Pools,
    Selection,
    Splitting,
    Tiers,
    Verifying,
)

NONE: Mapping[str, Balancing] = {}
NO_OTHERS: Mapping[str, Facts] = {}


class Planner:
    """Plans for one route. `balancing` holds a policy for every pool that the route may use; other pools of a snapshot
    are not looked at. One Balancing object must not be shared by two pools if it learns. `beside` are those of pools
    that the selection asks questions of its own, whether or not it sends requests there."""

    __slots__ = ("_asked", "_balancing", "_consulting", "_policy", "_selection", "_splitting", "_taking")

    def __init__(
        self,
        selection: Selection,
        balancing: Mapping[str, Balancing],
        policy_name: str,
        beside: Mapping[str, Balancing] = NONE,
    ) -> None:
        self._selection = selection
        self._balancing = dict(balancing)
        self._asked = {**balancing, **beside}
        self._splitting = {name: policy for name, policy in balancing.items() if isinstance(policy, Splitting)}
        self._taking = {name: policy for name, policy in balancing.items() if isinstance(policy, Taking)}
        self._policy = policy_name
        self._consulting = selection if isinstance(selection, Consulting) else None

    @property
    def tiers(self) -> Tiers:
        """Whose vectors the selection looks at."""
        return self._selection.tiers

    @property
    def cascade(self) -> Verifying | None:
        """Who verifies answers to attempts that have a bar, if any have."""
        return self._selection if isinstance(self._selection, Verifying) else None

    @property
    def exemplary(self) -> Exemplary | None:
        """Who keeps the books of past answers, if any may go before prompts."""
        return self._selection if isinstance(self._selection, Exemplary) else None

    @property
    def consulting(self) -> Consulting | None:
        """Who asks others before one answers, if anybody does."""
        return self._consulting

    def plan(
        self,
        facts: Facts,
        pools: Pools,
        now: float,
        rng: random.Random,
        *,
        spare: int = 2,
        sent: Sent = as_asked,
        first: str = "",
    ) -> Plan:
        """The first attempt and at most `spare` more; none at all where no server is up.

        Two servers of the first pool (with two spares or more), then the best of each next pool, then what is left:
        neither a dead server nor a dead pool uses up all attempts. In a cascade each pool has so many of its own, and
        whoever walks them counts. The selection sees only pools with a server up that can take the request, as far as
        their balancing knows: so its propensity is that of the pool really served first, whatever it draws. It is asked
        again without a pool of which the balancing says that none of its servers ever could. Where past answers go
        before the prompt, servers are chosen by what is `sent`. The pool `first` comes before the others, if it is up.
        Raises NoCapablePool where no pool could serve the request even with every server up.
        """
        ours = tuple([pool for pool in pools if pool.name in self._balancing])
        try:
            return self._planned(facts, ours, now, rng, spare, sent, first)
        except NoCapablePool as unable:
            able = tuple([pool for pool in ours if pool.name not in unable.lacks])
            if not able:
                raise
            lacks = unable.lacks
        try:
            return self.plan(facts, able, now, rng, spare=spare, sent=sent, first=first)
        except NoCapablePool as unable:
            raise NoCapablePool(lacks | unable.lacks) from None

    def _planned(
        self, facts: Facts, ours: Pools, now: float, rng: random.Random, spare: int, sent: Sent, first: str
    ) -> Plan:
        up = usable(takers(facts, ours, self._taking) if self._taking else ours)
        choice = self._choose(facts, ours, up, now, rng) if up else Choice((), why="")
        if first in choice.pools:
            names = (first, *[name for name in choice.pools if name != first])
            choice = msgspec.structs.replace(choice, pools=names)
        if facts.bound:
            choice = stayed(choice, facts.served)
        why = choice.why if len(up) == len(ours) else _with_skipped(choice.why, ours, up)
        named, count = _named(choice.pools, up), 1 + max(0, spare)
        if choice.bars:
            attempts = self._climb(facts, named, choice.bars, count, now, rng)
        elif choice.given is not None:
            helped = {choice.given.pool: sent(facts, choice.given)}
            attempts = _with_given(self._attempts(facts, named, count, now, rng, helped), choice.given)
        else:
            attempts = self._attempts(facts, named, count, now, rng)
        return Plan(attempts, why or "no pool", self._policy, choice.propensity, choice.chances, choice.shadow)

    def placed(self, facts: Facts, attempt: Attempt, now: float) -> None:
        """Tells the balancing of the pool that the request is on its way to a server."""
        self._balancing[attempt.pool].placed(facts, attempt.server, now)

    def whom(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        """The servers of a pool that may be asked a question of ours, best first, of which the first hears that it is
        on its way there. None where no server could take it, or none can answer without another."""
        balancing = self._asked.get(pool.name)
        if balancing is None or isinstance(balancing, Splitting) or not usable((pool,)):
            return ()
        try:
            names = balancing.order(facts, pool, now, rng)
        except NoCapablePool:
            return ()
        if names:
            balancing.placed(facts, names[0], now)
        return names

    def told(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Tells the balancing of the pool that was asked such a question how that ended."""
        balancing = self._asked.get(outcome.pool)
        if balancing is not None:
            balancing.learn(facts, plan, outcome)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Tells the selection, and the balancing of the pool that was tried."""
        self._selection.learn(facts, plan, outcome)
        balancing = self._balancing.get(outcome.pool)
        if balancing is not None:  # a reload may have taken the pool away while the attempt ran
            balancing.learn(facts, plan, outcome)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """Tells the selection how good an answer was, in [0, 1]."""
        self._selection.judged(facts, plan, outcome, quality)

    @property
    def kind(self) -> str:
        """Of the selection."""
        return self._policy

    def learned(self) -> bytes:
        """What the selection has learned; empty where it learns nothing."""
        return self._selection.state()

    def relearn(self, state: bytes) -> None:
        """Has the selection take up what `learned` gave. Raises msgspec.DecodeError or ValueError where it cannot."""
        self._selection.restore(state)

    @property
    def shared(self) -> Mapping[str, Sharing]:
        """What of the selection several processes may learn together, by part; nothing of the others."""
        return self._selection.shared if isinstance(self._selection, Shares) else NOBODY

    def state(self) -> bytes:
        """All that was learned, as JSON."""
        balancing = {name: policy.state() for name, policy in self._balancing.items()}
        return msgspec.json.encode(Learned(self._selection.state(), balancing))

    def restore(self, state: bytes) -> None:
        """Takes up what `state` gave; pools that are gone are let go, new ones start afresh.

        Raises msgspec.DecodeError where the bytes are not a planner's.
        """
        learned = msgspec.json.decode(state, type=Learned)
        self._selection.restore(learned.selection)
        for name, policy in self._balancing.items():
            if name in learned.balancing:
                policy.restore(learned.balancing[name])

    def _choose(self, facts: Facts, ours: Pools, up: Pools, now: float, rng: random.Random) -> Choice:
        try:
            return self._selection.select(facts, up, now, rng)
        except NoCapablePool:
            if len(up) == len(ours):
                raise
        # a pool that is down may be capable: then this is an outage (try again), not a request that can never be served
        self._selection.select(facts, ours, now, rng)
        return Choice((), why="no capable pool is up")

    def _attempts(
        self,
        facts: Facts,
        pools: list[Pool],
        count: int,
        now: float,
        rng: random.Random,
        others: Mapping[str, Facts] = NO_OTHERS,
    ) -> tuple[Attempt, ...]:
        """`others`: what is known of the request as some pools get it, by name."""
        if len(pools) == 1 and not others:  # most routes, and every request for a model by name
            if self._splitting:
                return tuple(self._lane(facts, pools[0], count, now, rng))
            names = self._balancing[pools[0].name].order(facts, pools[0], now, rng)
            return tuple([Attempt(pools[0].name, name) for name in names[:count]])
        heads: list[Attempt] = []
        lanes: list[list[Attempt]] = []
        for pool in pools:
            lane = self._lane(others.get(pool.name, facts), pool, count, now, rng)
            take = 2 if not heads and count > 2 else 1
            heads += lane[:take]
            if len(heads) >= count:
                return tuple(heads[:count])
            lanes.append(lane[take:])
        rest = [attempt for row in zip_longest(*lanes) for attempt in row if attempt is not None]
        return tuple((heads + rest)[:count])

    def _climb(
        self, facts: Facts, pools: list[Pool], bars: Bars, count: int, now: float, rng: random.Random
    ) -> tuple[Attempt, ...]:
        """Pool after pool, each with its bar."""
        return tuple(
            [
                Attempt(one.pool, one.server, bars.get(one.pool, 0.0), one.prefills)
                for pool in pools
                for one in self._lane(facts, pool, count, now, rng)
            ]
        )

    def _lane(self, facts: Facts, pool: Pool, count: int, now: float, rng: random.Random) -> list[Attempt]:
        """The best servers of one pool, and who may compute the prompt for each. Where more may do that than there are
        servers to answer, these come again: it may not have been they who failed."""
        names = self._balancing[pool.name].order(facts, pool, now, rng)[:count]
        splitting = self._splitting.get(pool.name)
        if splitting is None:
            return [Attempt(pool.name, name) for name in names]
        prefills = splitting.prefills(facts, pool, names, now, rng)
        lane = [Attempt(pool.name, name, 0.0, asked) for name, asked in zip(names, prefills, strict=True)]
        again = min(count, max([len(asked) for asked in prefills], default=0)) - len(lane)
        return lane + [lane[place % len(lane)] for place in range(again)]


def _named(names: tuple[str, ...], pools: Pools) -> list[Pool]:
    if len(names) == len(pools) == 1:
        return list(pools)
    by_name = {pool.name: pool for pool in pools}
    return [by_name[name] for name in names]


def _with_given(attempts: tuple[Attempt, ...], given: Given) -> tuple[Attempt, ...]:
    """Wherever its pool is asked."""
    return tuple([msgspec.structs.replace(one, given=given) if one.pool == given.pool else one for one in attempts])


def _with_skipped(why: str, ours: Pools, up: Pools) -> str:
    there = {pool.name for pool in usable(ours)}
    down = ", ".join([pool.name for pool in ours if pool.name not in there])
    unable = ", ".join([pool.name for pool in ours if pool.name in there and pool not in up])
    said = [why] * bool(why) + [f"no server up in {down}"] * bool(down)
    return "; ".join(said + [f"none up that could take it in {unable}"] * bool(unable))
