"""Trials with adapters, and with servers of several lengths."""

from __future__ import annotations

import msgspec
import pytest

from tests.sim.trial.making import BLOCK, SERVER, InOrder, always, arrivals, over, policy, setting
from wrp_policies import BalancingSpec
from wrp_policies.balancing import ConsistentHash, Lora
from wrp_router.fleet.spec import QueueSpec
from wrp_router.sim.traces import Arrival, Trace, catalogue
from wrp_router.sim.trial import Contender, Trial, report

HOLDER = msgspec.structs.replace(SERVER, adapter_slots=2, adapter_load=1.0)


def asking(*adapters: str) -> Trace:
    """A request a second, each for one of these."""
    made = [Arrival(float(n), 100, 2, (n,), "", "", name) for n, name in enumerate(adapters)]
    return Trace("asking", BLOCK, lambda: iter(made))


def test_names_that_are_no_adapters_are_the_models() -> None:
    """Policies see it so, and engines load nothing for them."""
    seen = InOrder()
    trial = Trial(setting(1, hardware=(HOLDER,), adapters=("sql-*",)), always(seen), 1)
    trial.run(asking("sql-1", "law", "", "sql-1", "sql-2"))
    over(trial, 5)
    assert report(trial, 5.0)["loads"] == 0.4
    assert "sql-1" in seen.seen[0].adapters
    assert "law" not in seen.seen[0].adapters
    times = dict(zip(trial.results.column("number"), trial.results.column("ttft"), strict=True))
    assert [times[n] > 1.0 for n in range(5)] == [True, False, False, False, True]


def test_adapters_without_slots_change_nothing() -> None:
    """Engines that hold any number do as those of which nobody asks any, to the last bit."""
    plain = arrivals(200)
    named = Trace(
        "named", BLOCK, lambda: (msgspec.structs.replace(one, adapter=f"sql-{one.prompt % 9}") for one in plain)
    )
    columns = []
    for trace, more in ((plain, {}), (named, {"adapters": ("sql-*",)})):
        trial = Trial(setting(3, **more), policy("adaptive"), 1)
        trial.run(trace)
        columns.append([trial.results.column(name).tolist() for name in trial.results.NAMES])
        assert "loads" not in report(trial, 5.0)
    assert columns[0] == columns[1]


def played(spec: BalancingSpec, routers: int, qps: float) -> tuple[float, float]:
    """The share in time of two seconds, and loads a request, over three seeds."""
    holder = msgspec.structs.replace(HOLDER, kv_tokens=200_000, adapter_slots=6)
    more = {"block_tokens": 128, "adapters": ("lora-*",), "routers": routers, "sync": 1.0}
    reports = []
    for seed in range(1, 4):
        trial = Trial(setting(4, hardware=(holder,) * 4, **more), Contender(spec), seed)
        trial.run(catalogue(seed, 600, 240, qps=qps))
        reports.append(report(trial, 2.0, 100))
    return sum(one["attainment"] for one in reports) / 3, sum(one["loads"] for one in reports) / 3


@pytest.mark.parametrize(("routers", "qps", "ahead"), [(1, 5.0, 0.2), (4, 2.0, 0.01)])
def test_lora_is_in_time_more_often_than_hashing(routers: int, qps: float, ahead: float) -> None:
    """Of a catalogue of which a tenth can be loaded, with fewer loads; clearly where one router sees all traffic."""
    hashed = played(ConsistentHash(by="model"), routers, qps)
    attained = played(Lora(slots=6, load=1.0, slo_ttft=2.0), routers, qps)
    assert attained[0] > hashed[0] + ahead
    assert attained[1] < hashed[1]


def test_servers_of_several_lengths() -> None:
    """Long prompts go to the long ones alone, short ones to the short ones while these are in time."""
    made = [Arrival(0.5 * n, 2_000 if n % 4 == 0 else 100, 2, (n,)) for n in range(40)]
    trial = Trial(setting(3, contexts=(1_000, 1_000, 8_000)), policy("context_length"), 1)
    trial.run(Trace("two", BLOCK, lambda: iter(made)))
    over(trial, 40)
    servers = dict(zip(trial.results.column("number"), trial.results.column("server"), strict=True))
    assert {server for number, server in servers.items() if number % 4 == 0} == {2.0}
    assert {server for number, server in servers.items() if number % 4} == {0.0, 1.0}


@pytest.mark.parametrize("lines", [None, QueueSpec()])
def test_a_prompt_that_no_server_holds_fails(lines: QueueSpec | None) -> None:
    """As it would live, with the others untouched."""
    made = [Arrival(float(n), 9_000 if n == 1 else 100, 2, (n,)) for n in range(3)]
    trial = Trial(setting(2, contexts=(1_000, 8_000), queue=lines), policy("context_length"), 1)
    trial.run(Trace("long", BLOCK, lambda: iter(made)))
    over(trial, 3)
    assert trial.results.lost("number").tolist() == [1]
