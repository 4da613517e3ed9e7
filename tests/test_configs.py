"""Every configuration that is shipped loads, agrees with its schema, passes its own tests, and serves."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import msgspec
import pytest

from wrp_router.build import Router
from wrp_router.config import json_schema, load
from wrp_router.config.decode import decode
from wrp_router.config.pools import PoolConfig
from wrp_router.config.problems import Problems
from wrp_router.config.structs import Config, Log
from wrp_router.config.yaml import read
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.fabric import Fabric
from wrp_router.fakes.half import BOOTSTRAP_PORT
from wrp_router.record import Record, Row
from wrp_router.rehearsal import Rehearsal, judge

ROOT = Path(__file__).parents[1]
FILES = [*sorted((ROOT / "configs").rglob("*.yaml")), ROOT / "wrp_router/demo/demo.yaml"]
ASK = {"model": "auto", "messages": [{"role": "user", "content": "Say hello."}]}

shipped = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def loaded(file: Path) -> Config:
    found = load(str(file), {}, model_tier=True)
    assert found.problems == ()
    assert found.config is not None
    return found.config


@shipped
def test_no_problems(file: Path):
    """Not even a warning, and where no variable is set."""
    assert loaded(file).version == 1


@shipped
def test_valid(file: Path):
    """By the schema, as an editor sees the file: before variables are filled in."""
    problems = Problems()
    node = read(file.read_text(), file.name, problems)
    assert node is not None
    data: Any = decode(node, Any, problems)  # type: ignore[arg-type] # Any is a type to msgspec
    validator = jsonschema.Draft202012Validator(json_schema())
    assert [error.message for error in validator.iter_errors(data)] == []


@shipped
def test_its_own_tests_hold(file: Path):
    """All of them; `wrp test` runs the same."""
    config = loaded(file)
    rehearsal = Rehearsal(config)
    assert [verdict for test in config.tests if (verdict := judge(rehearsal, test)).differences] == []


async def engines_of(pool: PoolConfig, stack: AsyncExitStack) -> PoolConfig:
    """The pool with fake engines in the place of its servers: halves, where they have roles."""
    model = "auto" if pool.model == "*" else pool.model
    servers, fabric = [], Fabric()
    for server in pool.servers:
        dialect = pool.engine if server.role is not None else "vllm"
        port = server.bootstrap_port or BOOTSTRAP_PORT
        made = FakeEngine([model], dialect=dialect, side=server.role, fabric=fabric, bootstrap_port=port)
        engine = await stack.enter_async_context(made)
        servers.append(msgspec.structs.replace(server, url=engine.url))
    return msgspec.structs.replace(pool, servers=tuple(servers))


@shipped
async def test_it_serves(file: Path, tmp_path: Path):
    """A question for `auto`, over plain HTTP, is answered by one of its servers; the answer says which."""
    config, rows = loaded(file), list[Row]()

    def keep(record: Record) -> None:
        if isinstance(record, Row):
            rows.append(record)

    async with AsyncExitStack() as stack:
        pools = tuple([await engines_of(pool, stack) for pool in config.pools])
        local = "127.0.0.1:0"
        changes = {"pools": pools, "listen": local, "admin": local if config.admin else None}
        log = Log(decisions=str(tmp_path / "decisions.jsonl") if config.log.decisions else None)
        router = await stack.enter_async_context(
            Router(msgspec.structs.replace(config, **changes, log=log), watchers=[keep])
        )
        key = config.keys[0].key.reveal() if config.keys and config.keys[0].key else "unused"
        session = await stack.enter_async_context(aiohttp.ClientSession(headers={"authorization": f"Bearer {key}"}))
        async with session.post(f"{router.url}/v1/chat/completions", json=ASK) as answer:
            body = await answer.json()
            assert answer.status == 200, body
    assert body["choices"][0]["message"]["content"]
    assert answer.headers["x-wrp-route"] in {route.name for route in config.routes}
    assert answer.headers["x-wrp-pool"] in {pool.name for pool in config.pools}
    assert [row.status for row in rows] == [200]
