"""Adapters of which each server holds only a few."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest

from tests.policies.makers import facts, outcome, prompt
from wrp_policies import Ended, Fault, Plan
from wrp_policies.balancing import Lora
from wrp_policies.balancing.hashing import Rendezvous, key_of
from wrp_policies.balancing.lora import Adapters
from wrp_policies.catalogue import catalogue_of
from wrp_policies.types import Pool, Server
from wrp_signals.facts import Facts

RNG = random.Random(0)
NAMES = ("s0", "s1", "s2", "s3")


def asked(adapter: str, **changes: object) -> Facts:
    return facts(asked_model=adapter, **changes)


def servers(**changes: dict[str, object]) -> Pool:
    """Four servers, 0.1 ms a token, some of them otherwise."""
    made = [Server(name, **{"prefill": 1e-4, **changes.get(name, {})}) for name in NAMES]  # type: ignore[arg-type]
    return Pool("p", "base", tuple(made), adapters=catalogue_of(("lora-*",)))


def home(adapter: str, place: int = 0) -> str:
    """The adapter's own first server, or its next ones."""
    return Rendezvous("adapter").order(key_of(adapter), servers())[place]


def sent(policy: Adapters, adapter: str, server: str, now: float = 0.0, times: int = 1) -> Adapters:
    for _ in range(times):
        policy.order(asked(adapter), servers(), now, RNG)
        policy.placed(asked(adapter), server, now)
    return policy


def first(policy: Adapters, adapter: str, pool: Pool | None = None, now: float = 100.0) -> str:
    return policy.order(asked(adapter), pool or servers(), now, RNG)[0]


def busy(name: str, seconds: float, **more: object) -> Pool:
    return servers(**{name: {"pending": int(seconds * 1e4), **more}})


def test_a_cold_adapter_goes_home() -> None:
    """To the same server in all routers, whoever's turn it is; not all have the same one."""
    for number in range(20):
        pool = msgspec.structs.replace(servers(), turn=number)
        assert first(Lora().build(), f"lora-{number}", pool) == home(f"lora-{number}")
    assert len({home(f"lora-{number}") for number in range(20)}) == 4


@pytest.mark.parametrize(("wait", "stays"), [(0.0, True), (1.4, True), (1.6, False), (2.1, False)])
def test_it_waits_for_a_loaded_one_no_longer_than_a_load_takes(wait: float, stays: bool) -> None:
    """A queue of less than a load is shorter than loading it elsewhere; what costs about the same goes home."""
    loaded = home("lora-1", 3)
    policy = sent(Lora(load=2.0).build(), "lora-1", loaded, -100.0)
    assert first(policy, "lora-1", busy(loaded, wait)) == (loaded if stays else home("lora-1"))


def test_loads_that_are_scheduled_are_waited_for() -> None:
    """Two cold ones that were just sent to a server keep it busy as four seconds of prompts would."""
    mine = home("lora-1")
    policy = sent(sent(Lora().build(), "lora-8", mine), "lora-9", mine)
    assert first(policy, "lora-1", now=0.0) != mine
    assert first(policy, "lora-1", now=4.0) == mine


def test_an_adapter_that_is_asked_for_often_is_dear_to_evict() -> None:
    """The new one goes where a slot is free, or where a rare one makes room, if its home would lose a common one."""
    mine = home("lora-1")
    policy = sent(Lora(slots=1).build(), "lora-common", mine, -100.0, times=9)
    for name in NAMES:
        if name != mine:
            sent(policy, f"lora-rare-{name}", name, -100.0)
    assert first(policy, "lora-1") != mine
    free = sent(Lora(slots=2).build(), "lora-common", mine, -100.0, times=9)
    assert first(free, "lora-1") == mine


@pytest.mark.parametrize("model", ["base", "auto", "other"])
def test_the_base_model_needs_no_adapter(model: str) -> None:
    """Nor does a name that is none: the soonest server, in turn; and it takes no slot."""
    policy = Lora(slots=1).build()
    orders = {
        policy.order(asked(model), msgspec.structs.replace(servers(), turn=turn), 0.0, RNG)[0] for turn in range(4)
    }
    assert orders == set(NAMES)
    policy = sent(policy, "lora-1", "s0", -100.0)
    policy.order(asked(model), servers(), 0.0, RNG)
    policy.placed(asked(model), "s0", 0.0)
    assert first(policy, "lora-1", busy("s0", 0.5)) == "s0"


def test_a_hot_adapter_melts_no_server() -> None:
    """Nine requests of ten for one adapter, each a second of prefill: no server has more than half of the work."""
    policy, rng, had = Lora().build(), random.Random(3), Counter[str]()
    pending = dict.fromkeys(NAMES, 0.0)
    for number in range(400):
        adapter = "lora-hot" if rng.random() < 0.9 else f"lora-{number}"
        pending = {name: max(0.0, left - 0.3) for name, left in pending.items()}
        pool = servers(**{name: {"pending": int(left * 1e4)} for name, left in pending.items()})
        one = asked(adapter, prompt_tokens=10_000)
        chosen = policy.order(one, pool, 0.3 * number, rng)[0]
        policy.placed(one, chosen, 0.3 * number)
        pending[chosen] += 1.0
        had[chosen] += 1
    assert max(had.values()) < 0.5 * sum(had.values())
    assert len(had) == 4


def test_an_unpopular_adapter_stays_on_one() -> None:
    """Idle servers beside it are no reason to load it there."""
    policy = sent(Lora().build(), "lora-1", "s2")
    for now in range(100, 150):
        assert first(policy, "lora-1", now=float(now)) == "s2"
        sent(policy, "lora-1", "s2", float(now))


def test_what_cannot_be_in_time_delays_nobody_who_can() -> None:
    """Where all are behind by more than the bar it goes to the one that is behind most."""
    pool = servers(**{name: {"pending": 60_000 + 1_000 * number} for number, name in enumerate(NAMES)})
    assert Lora(slo_ttft=5.0).build().order(asked("lora-1"), pool, 0.0, RNG) == ("s3", "s2", "s1", "s0")


def test_warm_prefixes_count() -> None:
    """Where the adapter is loaded on two servers, the one that holds the prompt's beginning."""
    policy = sent(sent(Lora().build(), "lora-1", "s1", -100.0), "lora-1", "s3", -100.0)
    for holder in ("s1", "s3"):
        pool = msgspec.structs.replace(servers(), warm=Holding(holder))
        order = policy.order(asked("lora-1", prompt_tokens=9_000, prefix=prompt(1)), pool, 0.0, RNG)
        assert order[0] == holder


class Holding:
    """One server holds eight thousand tokens of any prompt."""

    def __init__(self, name: str) -> None:
        self.name = name

    def tokens(self, prefix: object) -> dict[str, int]:
        return {self.name: 8_000}


def test_among_strangers_it_keeps_to_two_homes() -> None:
    """Others' loads are not seen: the third home is not tried though it looks idle; a known load is stayed with."""
    others = {name: {"running": 5} for name in NAMES}
    for place in (0, 1):
        others[home("lora-1", place)] = {"running": 5, "pending": 20_000}
    order = Lora().build().order(asked("lora-1"), servers(**others), 0.0, RNG)
    assert order[:2] == (home("lora-1"), home("lora-1", 1))
    knowing = sent(Lora().build(), "lora-1", home("lora-1", 1), -100.0)
    assert first(knowing, "lora-1", servers(**{name: {"running": 5} for name in NAMES})) == home("lora-1", 1)


def test_a_popular_one_has_more_homes() -> None:
    """As many as its share of the requests needs: here all of them, so that the idle one is taken."""
    policy = sent(Lora().build(), "lora-1", home("lora-1"), -100.0, times=50)
    others = {name: {"running": 5, "pending": 40_000} for name in NAMES}
    others[home("lora-1", 3)] = {"running": 5}
    assert first(policy, "lora-1", servers(**others)) == home("lora-1", 3)


def test_where_a_server_failed_its_adapter_is_not_counted_on() -> None:
    """It may have been restarted; what a client did wrong says nothing."""
    policy = sent(Lora().build(), "lora-1", home("lora-1", 2), -100.0)
    kept = outcome("p", home("lora-1", 2), ended=Ended.FAILED, fault=Fault.REQUEST)
    policy.learn(asked("lora-1"), Plan((), ""), kept)
    assert first(policy, "lora-1") == home("lora-1", 2)
    failed = outcome("p", home("lora-1", 2), ended=Ended.FAILED, fault=Fault.HOST)
    policy.learn(asked("lora-1"), Plan((), ""), failed)
    policy.learn(asked("lora-1"), Plan((), ""), outcome("p", "gone", ended=Ended.FAILED, fault=Fault.HOST))
    assert first(policy, "lora-1") == home("lora-1")


def test_servers_that_are_gone_are_forgotten() -> None:
    """As soon as another one is heard of."""
    policy = sent(Lora().build(), "lora-1", "s0")
    fewer = Pool("p", "base", servers().servers[1:], adapters=servers().adapters, edition=1)
    policy.order(asked("lora-2"), fewer, 0.0, RNG)
    policy.placed(asked("lora-2"), "s1", 0.0)
    assert list(msgspec.json.decode(policy.state())["held"]) == ["s1"]


def test_what_it_learned_outlives_it() -> None:
    """A copy has the same beliefs; nothing and nonsense are told apart."""
    policy, copy = sent(Lora().build(), "lora-1", "s2", -100.0), Lora().build()
    copy.restore(policy.state())
    assert first(copy, "lora-1") == "s2"
    copy.restore(b"")
    assert copy.state() == policy.state()
    with pytest.raises(msgspec.DecodeError):
        copy.restore(b"{")


def test_before_it_has_looked_nothing_is_an_adapter() -> None:
    """Which names are adapters is the pool's to say."""
    policy = Lora().build()
    policy.placed(asked("lora-1"), "s0", 0.0)
    assert msgspec.json.decode(policy.state()) == {"seen": [""], "held": {}}
