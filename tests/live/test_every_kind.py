"""Every policy that a configuration can name, as a whole: behind a gateway, before engines, with a log that is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.live.scene import Scene
from tests.policies import makers
from tests.policies.selection.quality_making import card
from wrp_policies import BalancingSpec, SelectionSpec
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.config.structs import EmbedderConfig, RouteConfig
from wrp_router.record import Row

ASKED: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "How do I sort a list?"}]}
SHAPES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chat/completions", ASKED),
    ("chat/completions", {**ASKED, "stream": True}),
    ("chat/completions", {**ASKED, "n": 2}),
    ("completions", {"model": "auto", "prompt": "Once", "max_tokens": 8, "stream": True}),
    ("embeddings", {"model": "auto", "input": ["one", "two"]}),
    ("responses", {"model": "auto", "input": "How?", "stream": True}),
    ("messages", {**ASKED, "max_tokens": 50}),
    ("messages", {**ASKED, "max_tokens": 50, "stream": True}),
)
ENDS = {"messages": b"message_stop", "responses": b"response.completed"}
ABILITIES = ("chat", "completion", "embedding", "messages", "responses")
ELSEWHERE = {"disaggregated": "needs servers with roles: test_prefilling.py"}


async def asked_and_judged(scene: Scene, url: str, http: aiohttp.ClientSession) -> dict[str, Row]:
    """Every shape, each answered whole and said to be good; the rows by decision, one for each."""
    decisions = []
    for path, body in SHAPES:
        async with http.post(f"{url}/v1/{path}", json=body) as answer:
            raw = await answer.read()
        assert answer.status == 200, raw
        assert not body.get("stream") or ENDS.get(path, b"[DONE]") in raw
        decisions.append(answer.headers["x-wrp-decision"])
        async with http.post(f"{url}/v1/feedback", json={"decision": decisions[-1], "score": 0.9}) as told:
            assert (await told.json())["counted"] is True
    rows = await scene.rows()
    assert sorted(row.facts.id for row in rows) == sorted(decisions)
    return {row.facts.id: row for row in rows}


@pytest.mark.parametrize("kind", makers.kinds(SelectionSpec))
async def test_a_selection(
    scene: Scene, http: aiohttp.ClientSession, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers every shape, and every row says how likely the choice was that was made."""
    (tmp_path / "q.npz").write_bytes(card())
    monkeypatch.chdir(tmp_path)  # where the example of `quality` has its card
    pools = tuple(
        [
            PoolConfig(
                name,
                (ServerConfig((await scene.engine(f"model-{name}")).url),),
                f"model-{name}",
                abilities=ABILITIES,
                metrics="off",
            )
            for name in ("small", "large")
        ]
    )
    routes = (RouteConfig("all", makers.selection(kind)),)
    router = await scene.open(
        pools[0].servers[0].url, pools=pools, routes=routes, embedder=EmbedderConfig(tier="static")
    )
    for row in (await asked_and_judged(scene, router.url, http)).values():
        assert row.plan is not None
        assert 0.0 < row.plan.propensity <= 1.0
        chances = row.plan.chances or {row.plan.attempts[0].pool: 1.0}
        assert sum(chances.values()) == pytest.approx(1.0)
        assert chances[row.plan.attempts[0].pool] == row.plan.propensity


@pytest.mark.parametrize("kind", [kind for kind in makers.kinds(BalancingSpec) if kind not in ELSEWHERE])
async def test_a_balancing(scene: Scene, http: aiohttp.ClientSession, kind: str) -> None:
    """Answers every shape, by one of its servers."""
    engines = [await scene.engine(), await scene.engine()]
    changes = {"balance": makers.balancing(kind), "abilities": ABILITIES, "context": 8000}
    router = await scene.open(*engines, pool=changes)
    rows = await asked_and_judged(scene, router.url, http)
    assert len(rows) == sum(len(engine.seen) for engine in engines)
