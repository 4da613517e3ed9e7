"""Nothing that clients choose makes the house grow: new tenants, sessions, users, prompts, systems, models and adapters
without end, through the whole flow on virtual time; and what each part keeps, with a hundred thousand keys of each
kind.

`bench/soak.py` does the same with sockets, and looks at memory.
"""

from __future__ import annotations

import ast
import gc
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.soak_inside import containers
from tests.flow.makers import ask
from tests.telemetry.conftest import make_row, outcome
from tests.test_packaging import MODULES
from wrp_cache.bars.desks import CATEGORIES, DESKS, House
from wrp_cache.types import Names
from wrp_policies.balancing.hashing import Rendezvous
from wrp_policies.queueing.fair import Fair
from wrp_policies.queueing.types import Waiting
from wrp_policies.types import Pool, Server
from wrp_router.config import load
from wrp_router.fleet.prefixes import Prefixes
from wrp_router.flow import Label
from wrp_router.flow.conversations import Conversations, Seen
from wrp_router.live.labels import MOST_KNOWN, Labels
from wrp_router.rehearsal import Rehearsal
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.metrics import Metrics
from wrp_signals import HashingEmbedder

__all__ = ["make_row", "outcome"]

MANY = 100_000
FULL, MORE = 1_200, 2_400
"""Requests after which all bounds below are reached, and those after which nothing may have grown any further."""

SLACK = 1_500
SLOW = {"Prefixes.": 2 * 8 * 16_384, "OutputLengths.": 2_050, "Lengths.": 2_000 * 80, "Warmth.": 1_024 + 2 * 64}
"""What takes longer to be full, or empties by halves, and how much it may hold."""

MODELLED = ("EngineModel.", "Simulation.", "World.")
"""The engines and the clock, which are not the router's."""
CONFIG = """\
version: 1
auto: [auto]
secret: of-this-test-and-of-nobody-else
embedder: {tier: auto}
routing_budget: 60s
pools:
  - {name: a, model: one, servers: [http://127.0.0.1:1, http://127.0.0.1:2], balance: {kind: dualmap, window: 100}}
  - name: b
    model: two
    servers: [http://127.0.0.1:3, http://127.0.0.1:4]
    balance: {kind: consistent_hash, by: session}
  - name: c
    model: three
    adapters: ['sql-*']
    servers: [http://127.0.0.1:5, http://127.0.0.1:6]
    balance: {kind: lora, window: 100}
  - name: d
    model: four
    servers: [http://127.0.0.1:7, http://127.0.0.1:8]
    balance: {kind: preble}
    kv_isolation: tenant
signals:
  category: {kind: domain, categories: {code: [sort a list, compile the kernel], law: [the treaty, a contract]}}
  warm: {kind: warmth, blocks: 1024}
  opinion: {kind: feedback}
  expected: {kind: output}
routes:
  - {name: warm, when: warm.score > 0.9 || expected > 900000, use: {kind: weighted, pools: {a: 1, b: 1}}}
  - {name: code, when: 'category == "code"', use: {kind: linucb, pools: [a, d], switch: {}}}
  - {name: rest, use: {kind: epsilon_greedy, pools: [a, b, d], switch: {}}}
cache: {max_bytes: 1MiB, semantic: true, categories: {default: {threshold: 0.95}}}
feedback: {signal: opinion, form: true, most: 100}
sessions: {most: 200}
tenants: [{name: local, limits: {requests: 1000000/s, tokens: 1000000000/s, budget: $900000/day, concurrent: 1000}}]
"""
WORDS = ("sort", "list", "compile", "kernel", "treaty", "violin", "glacier", "invoice", "enzyme", "contract", "comet")
LONG = 900
"""Words of a prompt: some twenty blocks, so that what is known of prefixes is full soon."""


def body(rng: random.Random, number: int) -> bytes:
    """A request of which no name was there before."""
    text = " ".join(rng.choices(WORDS, k=LONG if number % 3 else 12)) + f" {number}"
    messages = [{"role": "system", "content": f"You are {number}. " * 3}, {"role": "user", "content": text}]
    if number % 5 == 0:
        messages += [{"role": "assistant", "content": "So."}, {"role": "user", "content": "No, that is wrong."}]
    names = {"user": f"u{number}", "prompt_cache_key": f"k{number}", "metadata": {"session_id": f"s{number}"}}
    model = f"sql-{number}" if number % 4 == 0 else "auto"
    return json.dumps({"model": model, "messages": messages, **names}).encode()


@pytest.mark.timeout(900)
def test_the_whole_house(tmp_path: Path):
    """All that can be reached from its rooms, counted when it is full and when it has had as much again."""
    file = tmp_path / "wrp.yaml"
    file.write_text(CONFIG)
    house = Rehearsal(load(str(file), {}, model_tier=True).config, embedder=HashingEmbedder())
    rng, counts = random.Random(1), []
    for number in range(1, MORE + 1):
        house.ask(body(rng, number), tenant=f"tenant-{number}" if number % 2 else "local")
        house._sim.replies.clear()
        if number in (FULL, MORE):
            gc.collect()
            counts.append(containers([house.parts], least=1))
    for where, most in SLOW.items():
        assert of(counts[1], where) <= most
    before, after = (sum(count.values()) - of(count, *SLOW, *MODELLED) for count in counts)
    assert before > 3_000  # of a house that keeps nothing this would say nothing
    grown = {where: (counts[0][where], more) for where, more in counts[1].items() if more > 1.1 * counts[0][where] + 50}
    assert after <= before * 1.02 + SLACK, grown


def of(counts: Counter[str], *owners: str) -> int:
    """What these hold."""
    return sum(count for where, count in counts.items() if where.startswith(owners))


def test_metrics_have_no_series_of_clients(make_row: Callable[..., Any], outcome: Any):
    """Models, routes, pools and signals that no configuration knows are one series together."""
    metrics = Metrics(Known(frozenset({"rest"}), frozenset({"small"}), frozenset({"qwen3-8b"})))
    metrics(make_row())

    def note(number: int) -> None:
        one = msgspec.structs.replace(outcome, model=f"model-{number}", pool=f"pool-{number}", server=f"s{number}")
        metrics(make_row(f"d{number}", route=f"route-{number}", asked_model=f"m{number}", outcomes=(one, outcome)))

    note(0)
    before = len(metrics.render().splitlines())
    for number in range(20_000):
        note(number)
    assert len(metrics.render().splitlines()) == before
    assert sum(containers([metrics], least=1).values()) < 5_000


def fed(part: Any, feed: Callable[[int], object], many: int = MANY) -> int:
    """How many elements it holds after so many keys."""
    for number in range(many):
        feed(number)
    return sum(containers([part], least=1).values())


def test_headers_of_answers():
    """By the model that was asked for."""
    known = Labels()
    assert fed(known, lambda n: known.fixed(Label("d", model="m"), f"model {n}"), 20_000) < 20 * MOST_KNOWN


def test_conversations():
    """By session, response and tenant."""
    known, view = Conversations(most=500), ask(view={"session": "s"}).view

    def note(n: int) -> None:
        one = msgspec.structs.replace(view, session=f"s{n}", tenant=f"t{n}", state=f"r{n}")
        known.note(one, f"resp{n}", Seen("a", "a1", float(n)))

    fed(known, note)
    assert len(known) <= 500


def test_prefixes():
    """By hash of a block."""
    known = Prefixes(range(0, 1 << 40, 16), 1_000)
    assert fed(known, lambda n: known.note(f"s{n % 3}", (4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3))) < 3 * 2_000 + 50


def test_names_of_documents():
    """By tenant."""
    names = Names()
    assert fed(names, lambda n: names.of(f"tenant {n}", b"key")) <= 1_024


def test_evidence_of_bars():
    """By category and tenant."""
    house = House(16.0)

    def open_desk(n: int) -> None:
        house.open(house.hall(f"category {n % 5000}", float(n)), f"tenant {n}", float(n))

    for number in range(20_000):
        open_desk(number)
    assert len(house) <= DESKS
    assert len(list(house)) <= CATEGORIES


def test_fair_turns():
    """By tenant."""
    line = Fair().build()

    def pass_through(n: int) -> None:
        line.join(Waiting(n, f"tenant {n}", 0.0, 1.0, 1.0))
        line.next()

    for number in range(MANY):
        pass_through(number)
    assert sum(containers([line], least=1).values()) < 40_000


def test_orders_of_servers():
    """By hash of a prefix or a session."""
    orders = Rendezvous("one", "two")
    pool = Pool("a", "m", tuple(Server(f"s{at}") for at in range(4)))
    assert fed(orders, lambda n: orders.orders(n, pool)) < 200_000


def test_memories_of_functions_are_bounded():
    """Whoever remembers by `lru_cache` says how much; `functools.cache`, which keeps all, stands on no function that
    takes anything."""
    loose = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                names = {ast.unparse(one).removeprefix("functools.") for one in node.decorator_list}
                given = node.args.args or node.args.kwonlyargs or node.args.vararg
                if names & {"lru_cache(maxsize=None)", "lru_cache(None)"} or ("cache" in names and given):
                    loose.append(f"{path.name}:{node.name}")
    assert loose == []


def test_counting_counts():
    """The tests above mean something: a part that keeps everything is found, by where it keeps it."""
    class_of = type(Names())
    names = class_of()
    names._begun.update({str(n): None for n in range(5_000)})  # type: ignore[misc]
    assert containers([names], least=1) == Counter({"Names._begun": 5_000})
