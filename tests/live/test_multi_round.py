"""A router model says whom to ask what, and who answers: over real sockets, by the SDKs."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from tests.live.consulted import MERGED, QUESTION, ROUNDS, SAID, Panel, last_text, told
from tests.live.scene import Scene, until
from wrp_policies.types import Ended
from wrp_router.config.pools import Price
from wrp_router.record import Row

STREAMED = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
DEAR = Price(10.0, 20.0)
SUM = "How much is 6 * 7?"


@pytest.fixture
def panel(scene: Scene) -> Panel:
    return Panel(scene)


def put(pool: str, question: str = SUM) -> str:
    """A question for a pool."""
    return json.dumps({"ask": pool, "question": question, "answer": ""})


def write(pool: str) -> str:
    """Enough is known."""
    return json.dumps({"ask": "", "question": "", "answer": pool})


async def only(panel: Panel) -> Row:
    """The one row."""
    (row,) = await panel.scene.rows()
    return row


def why(row: Row) -> str:
    """What the plan says."""
    assert row.plan is not None
    return row.plan.why


@STREAMED
async def test_a_question_and_an_answer(panel: Panel, stream: bool) -> None:
    """The router model is shown who there is, the request, and what came; the pool that it names answers with that."""
    await panel.open(ROUNDS, router=[put("math"), write("small")])
    text, headers = await panel.ask(stream=stream)
    assert (text, headers["x-wrp-pool"], headers["x-wrp-attempts"]) == (MERGED, "small", "1")
    assert panel.seen() == {"small": 1, "math": 1, "large": 0, "router": 2}
    first, second = told(panel["router"], 0), told(panel["router"], 1)
    assert "- math: sums" in first["messages"][0]["content"]
    assert QUESTION in first["messages"][1]["content"]
    assert SAID["math"] not in first["messages"][1]["content"]
    assert all(one in second["messages"][1]["content"] for one in (QUESTION, SUM, SAID["math"]))
    assert first["response_format"]["json_schema"]["schema"]["properties"]["ask"]["enum"] == [
        "small",
        "math",
        "large",
        "",
    ]
    assert told(panel["math"])["messages"] == [{"role": "user", "content": SUM}]
    shown = last_text(panel["small"])
    assert shown.startswith(QUESTION)
    assert shown.index(SUM) < shown.index(SAID["math"])
    row = await only(panel)
    assert why(row) == "small writes: math, router had enough after 1 of 2 rounds"
    assert [one.pool for one in row.inquiries] == ["router", "math", "router"]
    assert row.cost == pytest.approx(sum([one.cost for one in (*row.inquiries, *row.outcomes)]))


async def test_anthropics_dialect(panel: Panel) -> None:
    """Questions of ours are put in whatever their pools speak."""
    await panel.open(ROUNDS, router=[put("math"), write("large")])
    text, headers = await panel.ask_claude()
    assert (text, headers["x-wrp-pool"]) == (MERGED, "large")
    assert [panel[name].seen[-1].path for name in ("math", "large")] == ["/v1/chat/completions", "/v1/messages"]


async def test_most_requests_need_nobody(panel: Panel) -> None:
    """Then the pool that it names gets the request as it came."""
    await panel.open(ROUNDS, router=[write("small")])
    text, headers = await panel.ask()
    assert (text, headers["x-wrp-pool"]) == (SAID["small"], "small")
    assert last_text(panel["small"]) == QUESTION
    assert why(await only(panel)) == "small answers alone: router had enough after 0 of 2 rounds"


@pytest.mark.parametrize(
    "nonsense",
    [
        "I would ask small.",
        put("nobody"),
        write("nobody"),
        '{"ask": "small"}',
        put("small") + put("math"),
        '{"ask": "small", "question": "x", "answer": "large"}',
        "[" * 5000,
        '{"done": false}',
    ],
)
async def test_a_router_model_that_talks_nonsense(panel: Panel, nonsense: str) -> None:
    """Ends the rounds: what was found so far is shown to `write`."""
    await panel.open(ROUNDS, router=[put("math"), nonsense])
    text, headers = await panel.ask()
    assert (text, headers["x-wrp-pool"]) == (MERGED, "large")
    assert why(await only(panel)) == "large writes: math, router decided nothing (unreadable)"


@pytest.mark.parametrize("fault", ["die_before_headers", "status=500"])
async def test_a_router_model_that_is_down(panel: Panel, fault: str) -> None:
    """Costs a little time, and nothing else."""
    await panel.open(ROUNDS, {"router": fault})
    text, headers = await panel.ask()
    assert (text, headers["x-wrp-pool"]) == (SAID["large"], "large")
    assert why(await only(panel)).startswith("large answers alone: router decided nothing (")


async def test_one_that_is_asked_and_fails(panel: Panel) -> None:
    """The router model may ask somebody else."""
    await panel.open(ROUNDS, {"math": "status=500"}, router=[put("math"), put("small")])
    text, headers = await panel.ask()
    assert (text, headers["x-wrp-pool"]) == (MERGED, "large")
    assert panel.seen() == {"small": 1, "math": 1, "large": 1, "router": 2}
    assert why(await only(panel)) == "large writes: math (status 500), small"


@pytest.mark.fault("S11")
async def test_rounds_end(panel: Panel) -> None:
    """However much the router model would like to go on."""
    await panel.open(msgspec.structs.replace(ROUNDS, rounds=3), router=[put("math"), put("small"), put("math")])
    text, _ = await panel.ask()
    assert text == MERGED
    assert panel.seen() == {"small": 1, "math": 2, "large": 1, "router": 3}
    assert last_text(panel["large"]).count(SAID["math"]) == 2


@pytest.mark.fault("S11")
@pytest.mark.parametrize(
    ("budget", "seen"),
    [(1e-4, {"router": 0, "math": 0}), (2.6e-3, {"router": 1, "math": 0}), (1.0, {"router": 2, "math": 2})],
)
async def test_the_budget_ends_them(panel: Panel, budget: float, seen: dict[str, int]) -> None:
    """What could cost more than is left, at its dearest, is not asked; it says so."""
    use = msgspec.structs.replace(ROUNDS, budget=budget)
    await panel.open(use, router=[put("math"), put("math")], pools={"math": {"price": DEAR}} if budget < 1 else None)
    await panel.ask()
    assert {name: panel.seen()[name] for name in seen} == seen
    row = await only(panel)
    assert ("budget" in why(row)) == (budget < 1.0)
    assert sum([one.cost for one in row.inquiries]) <= budget


async def test_time_ends_them(panel: Panel) -> None:
    """The seconds are those of all rounds together."""
    use = msgspec.structs.replace(ROUNDS, rounds=4, seconds=0.5)
    await panel.open(use, {"math": "ttft=300ms"}, router=[put("math")] * 4)
    text, _ = await panel.ask()
    assert text == MERGED
    assert panel.seen()["math"] == 2
    assert "deadline" in why(await only(panel))


async def test_a_client_that_leaves(panel: Panel) -> None:
    """In the middle of a round: the one that is asked is told, and the row has what it cost."""
    await panel.open(ROUNDS, {"math": "ttft=30s"}, router=[put("math")])
    asked = asyncio.create_task(panel.ask())
    await panel["math"].until(lambda engine: bool(engine.seen))
    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked
    await panel["math"].until(lambda engine: engine.seen[-1].ended == "client_gone")
    await until(lambda: not panel.router.gateway.in_flight)
    row = await only(panel)
    assert [(one.pool, one.ended) for one in row.inquiries] == [
        ("router", Ended.DONE),
        ("math", Ended.CLIENT_GONE),
    ]
    assert (row.gone, len(panel["large"].seen)) == ("ttft", 0)


async def test_tools_are_the_writers(panel: Panel) -> None:
    """Who calls tools is not directed by words."""
    await panel.open(ROUNDS)
    tools: list[Any] = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    await panel.ask(tools=tools)
    assert panel.seen() == {"small": 0, "math": 0, "large": 1, "router": 0}
