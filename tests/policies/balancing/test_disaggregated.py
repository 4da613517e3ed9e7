"""Two policies for two halves of a pool."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.policies.makers import Warm, facts, outcome, prompt
from wrp_policies import BalancingSpec, Plan, Planner, Pool, Server, Static
from wrp_policies.balancing import Adaptive, ConsistentHash, Disaggregated, LeastLoad, Lora, Preble, RoundRobin
from wrp_policies.catalogue import catalogue_of
from wrp_policies.types import ALONE, Role

RNG = random.Random(0)
FACTS = facts(prompt_tokens=1000, prefix=prompt(1, 10))


def server(name: str, **changes: Any) -> Server:
    """By its first letter: prefill, decode, or (any other) one that does both."""
    roles: dict[str, Role] = {"p": "prefill", "d": "decode"}
    return Server(name, **{"role": roles.get(name[0], ""), **changes})


def pool(*servers: Server, **changes: Any) -> Pool:
    """These, or two of each half."""
    return Pool("pool", "m", servers or (server("p0"), server("p1"), server("d0"), server("d1")), **changes)


def plan(made: Pool, spec: Disaggregated | None = None, spare: int = 2) -> list[tuple[str, tuple[str, ...]]]:
    """The attempts: who answers, and who is asked to compute the prompt."""
    planner = Planner(Static(("pool",)), {"pool": (spec or Disaggregated()).build()}, "static")
    attempts = planner.plan(FACTS, (made,), 0.0, RNG, spare=spare).attempts
    assert (spec or Disaggregated()).build().takes(FACTS, made) is bool(attempts)
    return [(attempt.server, attempt.prefills) for attempt in attempts]


def test_each_half_is_ordered_by_its_own_policy() -> None:
    """Prompts go where they are warm, answers where least is to do; every attempt has somebody to ask."""
    made = pool(
        server("p0", in_flight=3),
        server("p1", in_flight=9),
        server("d0", in_flight=9),
        server("d1", in_flight=3),
        warm=Warm({"p1": 900, "d0": 900}),
    )
    assert plan(made) == [("d1", ("p1", "p0")), ("d0", ("p1", "p0"))]


def test_each_half_knows_all_that_is_known_of_the_pool() -> None:
    """Its adapters, too: where one is loaded, there its next prompt goes, though all servers look alike."""
    made = pool(server("p0"), server("p1"), server("p2"), server("d0"), adapters=catalogue_of(("lora",)))
    asked = msgspec.structs.replace(FACTS, asked_model="lora", prefix=())
    policy = Disaggregated(prefill=Lora()).build()
    home = policy.prefills(asked, made, ["d0"], 0.0, RNG)[0][0]
    homes = set()
    for turn in range(3):
        homes.add(policy.prefills(asked, msgspec.structs.replace(made, turn=turn), ["d0"], 0.0, RNG)[0][0])
        policy.placed(asked, home, 0.0)
    assert homes == {home}


def test_nobody_computes_who_is_down_or_full() -> None:
    """Those that are up are asked, those with room first; where none has room, all of them: they may have, by then."""
    full = server("p1", limit=1, in_flight=1)
    assert plan(pool(server("p0"), full, server("p2", up=False), server("d0"))) == [("d0", ("p0",))]
    assert plan(pool(full, server("p2", up=False), server("d0"))) == [("d0", ("p1",))]


def test_without_prefill_servers_there_is_no_answer() -> None:
    """Unless decode servers may do it alone, or others do both."""
    down = server("p0", up=False)
    assert plan(pool(down, server("d0"), server("d1"))) == []
    assert plan(pool(down, server("d0")), Disaggregated(alone=True)) == [("d0", (ALONE,))]
    assert plan(pool(down, server("d0"), server("both"))) == [("both", ())]


def test_without_decode_servers_there_is_none_either() -> None:
    """A prefill server answers nobody."""
    assert plan(pool(server("p0"), server("d0", up=False))) == []


def test_alone_is_asked_last() -> None:
    """After every prefill server, and by an attempt of its own where one of those fails."""
    assert plan(pool(server("p0"), server("d0")), Disaggregated(alone=True)) == [("d0", ("p0", ALONE))] * 2


def test_who_answers_comes_again_where_others_may_help() -> None:
    """One decode server and two prefill servers: when one of these dies the other is tried, by another attempt."""
    made, spec = pool(server("p0"), server("p1"), server("d0")), Disaggregated(prefill=LeastLoad())
    assert plan(made, spec) == [("d0", ("p0", "p1"))] * 2
    assert plan(made, spec, spare=0) == [("d0", ("p0", "p1"))]


def test_servers_without_a_role_do_both() -> None:
    """They answer beside the others, and are asked for nobody else."""
    made = pool(server("p0"), server("d0", in_flight=1), server("both"))
    assert plan(made) == [("both", ()), ("d0", ("p0",))]


@pytest.mark.parametrize(("local", "held", "helped"), [(0, 1000, True), (99, 900, True), (100, 900, False)])
def test_what_is_nearly_there_is_not_sent_elsewhere(local: int, held: int, helped: bool) -> None:
    """Up to `local` tokens that the decode server itself lacks: each server by what it holds."""
    made = pool(server("p0"), server("d0"), server("d1", in_flight=1), warm=Warm({"d0": held}))
    assert plan(made, Disaggregated(local=local)) == [("d0", ("p0",) if helped else ()), ("d1", ("p0",))]


def test_short_prompts_do_without_prefill_servers() -> None:
    """They are served while all of those are down."""
    made = pool(server("p0", up=False), server("d0"), server("d1"), warm=Warm({"d1": 950}))
    assert plan(made, Disaggregated(local=100)) == [("d1", ())]


class Hearing(RoundRobin, frozen=True, tag="hearing"):
    """Remembers what it is told."""

    heard: list[str] = msgspec.field(default_factory=list)

    def placed(self, facts: Any, server: str, now: float) -> None:
        self.heard.append(f"placed {server}")

    def learn(self, facts: Any, plan: Any, outcome: Any) -> None:
        self.heard.append(f"learnt {outcome.server}")


def test_each_hears_of_its_own_servers() -> None:
    """Who was sent what, and how it went."""
    prefill, decode = Hearing(), Hearing()
    policy = msgspec.structs.replace(Disaggregated(), prefill=prefill, decode=decode).build()  # type: ignore[arg-type]
    policy.order(FACTS, pool(), 0.0, RNG)
    for name in ("p0", "d1"):
        policy.placed(FACTS, name, 0.0)
        policy.learn(FACTS, Plan((), ""), outcome("pool", name))
    assert (prefill.heard, decode.heard) == (["placed p0", "learnt p0"], ["placed d1", "learnt d1"])


@pytest.mark.parametrize(
    ("spec", "wants"),
    [
        (Disaggregated(), "caches"),
        (Disaggregated(prefill=LeastLoad()), "nothing"),
        (Disaggregated(prefill=LeastLoad(), local=1), "caches"),
        (Disaggregated(prefill=LeastLoad(), decode=Preble()), "caches"),
        (Disaggregated(prefill=LeastLoad(), decode=ConsistentHash(by="prefix")), "beginnings"),
    ],
)
def test_it_wants_what_either_wants(spec: Disaggregated, wants: str) -> None:
    """And to know who holds what, where that decides what is short."""
    assert spec.wants() == wants


def test_state_of_both_survives() -> None:
    """Also whom the first was asked about."""
    spec = Disaggregated(decode=Adaptive())
    one, two = spec.build(), spec.build()
    one.order(FACTS, pool(), 0.0, RNG)
    for name in ("p0", "d1", "d1"):
        one.placed(FACTS, name, 0.0)
    two.restore(one.state())
    assert two.state() == one.state()
    two.placed(FACTS, "p0", 0.0)
    one.placed(FACTS, "p0", 0.0)
    assert two.state() == one.state()
    two.restore(b"")
    assert two.state() == one.state()


def test_halves_are_not_halved_again() -> None:
    """The configuration takes only policies for servers that all do the same."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "disaggregated", "prefill": {"kind": "disaggregated"}}, BalancingSpec)
