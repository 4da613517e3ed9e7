"""Trials before servers with roles."""

from __future__ import annotations

import msgspec
import pytest

from tests.sim.trial.making import SERVER, arrivals, at, over, setting
from wrp_policies.balancing import Adaptive, ContextLength, Disaggregated, LeastLoad, RoundRobin
from wrp_router.fleet.spec import QueueSpec
from wrp_router.sim.batching import AdapterEngine
from wrp_router.sim.traces import Shape
from wrp_router.sim.trial import Change, Contender, Contest, Policy, Setting, Trial
from wrp_router.sim.trial.divided import Divided

TIGHT = msgspec.structs.replace(SERVER, slots=1)
ROLES = ("prefill", "decode", "decode")
LEAST = Disaggregated(prefill=LeastLoad())


def divided(**more: object) -> Setting:
    return setting(**{"roles": ROLES, **more})


def policy(spec: Disaggregated = LEAST) -> Policy:
    return Contender(spec)


@pytest.mark.parametrize("routers", [1, 3])
def test_every_arrival_ends_exactly_once(routers: int) -> None:
    """Nothing is left of any; answers come from decode servers alone."""
    trial = Divided(divided(routers=routers, sync=1.0 if routers > 1 else 0.0), policy(), 0)
    trial.run(arrivals(100))
    over(trial, 100)
    assert set(trial.results.column("server")) == {1.0, 2.0}
    assert trial.results.column("cached").sum() > 0


def test_a_prompt_travels() -> None:
    """Prefill, then the way, then a token that is computed where it is said; further tokens as ever."""
    trial = Divided(divided(transfer=1e-3), policy(), 0)
    trial.run(at([0.0], prompt=1000, output=5))
    plain = Trial(setting(), policy(), 0)
    plain.run(at([0.0], prompt=1000, output=5))
    first, alone = trial.results.column("ttft")[0], plain.results.column("ttft")[0]
    assert first == pytest.approx(alone + 1.0 + 0.015, abs=0.002)
    assert trial.results.column("tpot")[0] == pytest.approx(plain.results.column("tpot")[0], abs=1e-4)


def test_prompts_delay_no_tokens() -> None:
    """While a long prompt is computed others are answered as if it were not there."""
    talk, long = at([0.0], prompt=50, output=100), at([0.05], prompt=4000, output=2)
    both = type(talk)("both", talk.block_tokens, lambda: iter([*talk, *long]))
    tpots = {}
    for name, made in (("divided", Divided(divided(hardware=(SERVER,) * 3), policy(), 0)), ("one", None)):
        trial = made or Trial(setting(1), Contender(LeastLoad()), 0)
        trial.run(both)
        found = dict(zip(trial.results.column("number"), trial.results.column("tpot"), strict=True))
        tpots[name] = found[0.0]
    assert tpots["divided"] == pytest.approx(0.01, abs=1e-3)
    assert tpots["one"] > 1.3 * tpots["divided"]


def test_what_needs_no_help_gets_none() -> None:
    """Short prompts by the policy's word, and all prompts where the policy knows no halves."""
    trial = Divided(divided(), policy(Disaggregated(prefill=LeastLoad(), local=10_000)), 0)
    trial.run(arrivals(20))
    over(trial, 20)
    assert trial.sites.all[0].engine.iterations == 0
    blind = Divided(divided(), Contender(Adaptive()), 0)
    blind.run(arrivals(20))
    over(blind, 20)


def test_who_gives_up_leaves_nothing_behind() -> None:
    """Whether the prompt is computed or waits to be, or the answer does."""
    trial = Divided(divided(patience=0.3, transfer=1e-4), policy(), 0)
    trial.run(at([0.01 * number for number in range(40)], prompt=600, output=50))
    over(trial, 40)
    assert 0 < trial.results.failed < 40
    slow = Divided(divided(patience=0.3, hardware=(SERVER, TIGHT, TIGHT)), policy(), 0)
    slow.run(at([0.01 * number for number in range(12)], prompt=100, output=200))
    over(slow, 12)
    assert slow.results.failed > 0


def test_all_that_a_setting_says_of_servers_holds() -> None:
    """Limits, contexts and adapters as before servers without roles."""
    made = divided(limit=3, contexts=(0, 500, 600), adapters=("sql-*",))
    pool = Divided(made, policy(), 0).routers[0].fleet.snapshot(0.0)[0]
    assert [(one.role, one.limit, one.context) for one in pool.servers] == [
        ("prefill", 3, 0), ("decode", 3, 500), ("decode", 3, 600),
    ]  # fmt: skip
    assert "sql-1" in pool.adapters


def test_who_finds_no_room_waits_for_it() -> None:
    """Two at once on three servers with a limit, the prefill server being the narrow place; the others wait, and those
    that have waited long enough are turned away."""
    story = at([0.0] * 6, prompt=1000, output=5)
    trial = Divided(divided(limit=1), policy(), 0)
    trial.run(story)
    over(trial, 6)
    assert trial.results.column("ttft").tolist() == sorted(trial.results.column("ttft"))
    assert trial.results.column("ttft")[-1] > 0.5
    short = Divided(divided(limit=1, wait=0.2), policy(), 0)
    short.run(story)
    over(short, 6)
    assert 0 < short.results.failed < 6


def test_without_a_prefill_server_with_room_it_is_turned_away() -> None:
    """Where others could have answered alone, there was no reason to wait."""
    roles = ("prefill", "decode", "decode", "")
    made = divided(hardware=(SERVER,) * 4, roles=roles, limit=1)
    trial = Divided(made, policy(Disaggregated(decode=RoundRobin())), 0)
    trial.run(at([0.0] * 3, prompt=1000, output=50))
    over(trial, 3)
    assert trial.results.lost("number").tolist() == [2]


def test_adapters_are_loaded_by_both() -> None:
    """Who computes the prompt, and who answers."""
    holder = msgspec.structs.replace(SERVER, adapter_slots=2, adapter_load=0.5)
    trial = Divided(divided(hardware=(holder,) * 3, adapters=("sql-*",)), policy(), 0)
    trial.run(at([0.0], prompt=100, output=5, adapter="sql-1"))
    loads = [site.engine.adapters.loads for site in trial.sites.all if isinstance(site.engine, AdapterEngine)]
    assert sorted(loads) == [0, 1, 1]


def test_what_nobody_holds_fails() -> None:
    """A prompt longer than every context."""
    trial = Divided(divided(contexts=(100, 100, 100)), Contender(ContextLength()), 0)
    trial.run(at([0.0], prompt=1000, output=5))
    over(trial, 1)
    assert trial.results.failed == 1


def test_a_contest_takes_roles() -> None:
    """Beside the same policy without them."""
    contest = Contest(divided(), arrivals(60), Shape(), seeds=1)
    report = contest.run({"divided": policy()})["divided"]
    assert (report["requests"], report["failed"]) == (60, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ("prefill", "decode")},
        {"roles": ("decode",) * 3},
        {"changes": (Change(1.0, "join"),)},
        {"queue": QueueSpec()},
    ],
)
def test_what_cannot_be(wrong: dict[str, object]) -> None:
    """One role for each server, some of either kind; no changes, and no lines."""
    with pytest.raises(ValueError, match="roles"):
        divided(**wrong)
