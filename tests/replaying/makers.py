"""Logs whose truth is known, made by the policy that is said to have made them; and configurations to judge by them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from wrp_policies import Attempt, Ended, Outcome, Plan, Pool, Server, Weighted
from wrp_router.config.load import loads
from wrp_router.config.structs import Config
from wrp_router.record import Feedback, Row, to_line
from wrp_signals.facts import Facts, Reading

CONFIG = """\
version: 1
pools:
  - {name: small, model: small-8b, servers: [http://127.0.0.1:8001], price: {input: 0.1, output: 0.2}}
  - {name: large, model: large-70b, servers: [http://127.0.0.1:8002], price: {input: 1, output: 2}}
signals:
  category: {kind: keyword, words: [prove]}
  other: {kind: keyword, words: [other]}
routes:
"""

WEIGHTED = "  - {name: all, use: {kind: weighted, pools: {small: 70, large: 30}}}\n"

QUALITY: Mapping[tuple[str, str], float] = {
    ("math", "small"): 0.3,
    ("math", "large"): 0.9,
    ("chat", "small"): 0.8,
    ("chat", "large"): 0.8,
}
"""How often an answer is good, by category and pool; categories are equally many."""

COST = {"small": 0.0001, "large": 0.001}
SECONDS = {"small": 1.0, "large": 3.0}
POOLS = tuple([Pool(name, f"model-{name}", (Server(f"{name}-0"),), abilities=frozenset(("chat",))) for name in COST])
MODELS = {"small": "small-8b", "large": "large-70b"}

TRUE_NOW = 0.7 * (0.3 + 0.8) / 2 + 0.3 * (0.9 + 0.8) / 2
TRUE_SPLIT = (0.9 + 0.8) / 2
"""Quality of the log, and of mathematics to the large one, the rest to the small one."""


def config(routes: str = WEIGHTED, **changes: str) -> Config:
    """A configuration with these routes; `changes` are texts of CONFIG by what takes their place."""
    loaded = loads(text(routes, **changes))
    assert loaded.config is not None, loaded.problems
    return loaded.config


def text(routes: str = WEIGHTED, **changes: str) -> str:
    made = CONFIG + routes
    for before, after in changes.items():
        assert before in made
        made = made.replace(before, after)
    return made


def row(number: int, pool: str, **changes: Any) -> Row:
    """A request that `pool` answered; keys that are facts or the plan's are put where they belong."""
    own = {name: changes.pop(name) for name in list(changes) if name in Facts.__struct_fields__}
    planned = {name: changes.pop(name) for name in ("propensity", "chances", "shadow") if name in changes}
    facts = Facts(**{"id": f"dec_{number}", "operation": "chat", "asked_model": "auto", "prompt_tokens": 100, **own})
    done = Outcome(pool, f"{pool}-0", MODELS.get(pool, pool), Ended.DONE)
    plan = Plan((Attempt(pool, f"{pool}-0"),), "drawn", "weighted", **planned)
    made = Row(1000.0 + number, facts, route="all", plan=plan, outcomes=(done,), cost=COST.get(pool, 0.0))
    return msgspec.structs.replace(made, **{"duration": SECONDS.get(pool, 1.0), **changes})


def said(number: int, quality: float, source: Any = "client", time: float = 5000.0) -> Feedback:
    return Feedback(time + number, f"dec_{number}", quality, source)


def world(n: int, seed: int = 0, weights: Mapping[str, float] | None = None, told: float = 1.0) -> list[Row | Feedback]:
    """n requests, half of them mathematics, sent by `weights`; of the share `told` somebody says how it was."""
    rng = random.Random(seed)
    policy = Weighted(pools=dict(weights or {"small": 70, "large": 30}))
    found: list[Row | Feedback] = []
    for number in range(n):
        category = rng.choice(("math", "chat"))
        readings = {"category": Reading(category)}
        choice = policy.select(Facts("x", "chat", "auto"), POOLS, 0.0, rng)
        pool = choice.pools[0]
        drawn = {"propensity": choice.propensity, "chances": dict(choice.chances)}
        seconds = SECONDS[pool] * rng.uniform(0.5, 1.5)
        found.append(row(number, pool, readings=readings, duration=seconds, **drawn))
        if rng.random() < told:
            found.append(said(number, float(rng.random() < QUALITY[category, pool])))
    return found


def written(path: Path, records: list[Row | Feedback]) -> str:
    """A decision log; its path."""
    path.write_bytes(b"".join([to_line(record) for record in records]))
    return str(path)
