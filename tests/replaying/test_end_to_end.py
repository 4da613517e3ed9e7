"""A log that a router wrote, judged by the command: from requests and feedback to a conclusion."""

from __future__ import annotations

import json
import random
from pathlib import Path

import aiohttp
import pytest

from tests.replaying.makers import config, text
from wrp_router.build import Router
from wrp_router.cli import main
from wrp_router.config.structs import Config
from wrp_router.fakes.engine import FakeEngine

SHADOWED = """\
  - name: all
    use:
      kind: shadow
      use: {kind: weighted, pools: {small: 1, large: 1}}
      shadow: {kind: static, pools: [large]}
"""
LARGE = "routes:\n  - {name: all, use: {kind: static, pools: [large]}}\n"
GOOD = {"small": 0.2, "large": 0.9}
REQUESTS = 160


def configured(small: FakeEngine, large: FakeEngine, log: Path) -> tuple[Config, str]:
    changes = {"http://127.0.0.1:8001": small.url, "http://127.0.0.1:8002": large.url, "version: 1\n": ""}
    changes["pools:\n"] = f"version: 1\nlisten: 127.0.0.1:0\nlog: {{decisions: {log}}}\npools:\n"
    return config(SHADOWED, **changes), text(SHADOWED, **changes)


async def served(router: Router) -> None:
    """Requests, and what a client says of each answer."""
    rng = random.Random(5)
    async with aiohttp.ClientSession() as client:
        for number in range(REQUESTS):
            ask = {"model": "auto", "messages": [{"role": "user", "content": f"What is {number}?"}]}
            async with client.post(f"{router.url}/v1/chat/completions", json=ask) as answer:
                assert answer.status == 200
                pool, decision = answer.headers["x-wrp-pool"], answer.headers["x-wrp-decision"]
            said = {"decision": decision, "verdict": "good" if rng.random() < GOOD[pool] else "bad"}
            async with client.post(f"{router.url}/v1/feedback", json=said) as told:
                assert told.status == 200


async def test_from_a_router_to_a_conclusion(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Half of the traffic went to each; all of it to the large one is better by what is true, and the shadow that
    would have done so differed in half of the rows."""
    log = tmp_path / "decisions.jsonl"
    async with FakeEngine(["small-8b"]) as small, FakeEngine(["large-70b"]) as large:
        made, written = configured(small, large, log)
        async with Router(made, rng=random.Random(3)) as router:
            await served(router)
    now, new = tmp_path / "now.yaml", tmp_path / "new.yaml"
    now.write_text(written)
    new.write_text(LARGE)
    code = main(["replay", "--log", str(log), "-c", str(now), "--policy", str(new), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["verdict"]["word"], told["n"]) == (0, "better", REQUESTS)
    change = told["measures"]["quality"]["change"]["dr"]
    assert change["low"] <= (GOOD["large"] - GOOD["small"]) / 2 <= change["high"]
    assert told["measures"]["cost"]["change"]["dr"]["low"] > 0.0
    asked, share = told["shadow"]
    assert (asked, share) == (REQUESTS, pytest.approx(0.5, abs=0.15))
    assert main(["replay", "--log", str(log), "--canary", "small"]) == 1
