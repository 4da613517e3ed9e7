"""A bandit before two models, each of which is better at one kind of question; a client says what was good."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import openai

from tests.live.scene import Scene, config
from wrp_policies.selection import LinUcb
from wrp_router.build import Router
from wrp_router.config.feedback import LearnedConfig
from wrp_router.config.structs import Config, EmbedderConfig, Log, RouteConfig, ServerConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.telemetry.decisions import read

PLACES = ("Rome", "Oslo", "Lima", "Cairo", "Quito", "Delhi", "Paris", "Seoul", "Accra", "Tunis", "Kyoto")
POOLS = ("small", "large")


def question(number: int) -> tuple[str, str]:
    """What is asked, and who answers it better."""
    if number % 2:
        return f"Calculate {number * 37} + {number * 91} - {number + 5} and give the sum as a number", "small"
    return f"Tell me about the history and the people of {PLACES[number % 11]}, in the style of a poem", "large"


def learning(engines: tuple[FakeEngine, ...], folder: Path) -> Config:
    """Two pools of a server each, a route that learns which is better at what, and where that is kept."""
    made = config(engines[0].url)
    pools = [
        msgspec.structs.replace(made.pools[0], name=name, model=name, servers=(ServerConfig(engine.url),))
        for name, engine in zip(POOLS, engines, strict=True)
    ]
    return msgspec.structs.replace(
        made,
        pools=tuple(pools),
        routes=(RouteConfig("learning", LinUcb(pools=POOLS, tier="static")),),
        embedder=EmbedderConfig(tier="static"),
        learned=LearnedConfig(str(folder / "learned.json")),
        log=Log(decisions=str(folder / "decisions.jsonl")),
    )


async def lived(router: Router, numbers: range) -> list[bool]:
    """Asks, says whether the answer was good, and gives which requests went to the better model."""
    right = []
    async with openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key="-") as client:
        for number in numbers:
            asked, better = question(number)
            raw = await client.chat.completions.with_raw_response.create(
                model="auto", messages=[{"role": "user", "content": asked}]
            )
            right.append(raw.headers["x-wrp-pool"] == better)
            verdict = {"decision": raw.headers["x-wrp-decision"], "verdict": "good" if right[-1] else "bad"}
            told = await client.post("/feedback", body=verdict, cast_to=dict[str, object])
            assert told["counted"] is True
    return right


async def test_the_better_model_for_each_kind(scene: Scene, tmp_path: Path) -> None:
    """Gets more than four in five of its questions within three hundred; the log says why; what was learned is still
    there after a restart."""
    made = learning((await scene.engine("small"), await scene.engine("large")), tmp_path)
    async with Router(made, rng=random.Random(1)) as router:
        late = (await lived(router, range(300)))[200:]
    assert sum(late[::2]) > 40
    assert sum(late[1::2]) > 40
    rows = list(read(tmp_path / "decisions.jsonl"))
    assert len(rows) == 300
    plan = rows[-1].plan
    assert plan is not None
    assert plan.why.startswith("linucb: ")
    assert plan.propensity == plan.chances[plan.attempts[0].pool]
    async with Router(made, rng=random.Random(2)) as again:
        assert sum(await lived(again, range(300, 340))) > 32
