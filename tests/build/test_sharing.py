"""Routers that learn together: over plain HTTP, by one server."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.cache.stores.kit import redis_server, until
from tests.live.test_learning import learning, lived
from wrp_policies.learning.learner import Learner
from wrp_policies.selection import LinTs
from wrp_router.build import Router
from wrp_router.build.keeping import learning_of
from wrp_router.build.rooms import assemble
from wrp_router.build.sharing import ledgers_of, telling_of
from wrp_router.config import Config, Secret
from wrp_router.config.feedback import LearnedConfig, LearnedRedis
from wrp_router.fakes.engine import FakeEngine

Engines = tuple[FakeEngine, FakeEngine]


@pytest.fixture
async def engines() -> AsyncIterator[Engines]:
    async with FakeEngine(["small"]) as small, FakeEngine(["large"]) as large:
        yield small, large


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with redis_server(tmp_path) as (port, _):
        yield port


def together(made: Config, port: int, file: Path | None = None, every: float = 0.05, **more: str) -> Config:
    redis = LearnedRedis(url=f"redis://127.0.0.1:{port}", deadline=10.0)
    fields = {"secret": Secret("s" * 16), "learned": LearnedConfig(str(file) if file else None, every, redis)}
    return msgspec.structs.replace(made, **fields, **more)


def learner(router: Router) -> Learner:
    (sharing,) = router.parts.rooms.ways[0].planner.shared.values()
    assert isinstance(sharing, Learner)
    return sharing


def page(text: bytes, name: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in text.decode().splitlines() if line.startswith(name))


async def test_each_learns_a_half_and_knows_all(engines: Engines, tmp_path: Path, port: int) -> None:
    """One hears of sums alone, the other of poems; each then sends both where they are answered better. Who starts when
    both are gone does so, too."""
    made = together(learning(engines, tmp_path), port)
    async with (
        Router(made, rng=random.Random(1)) as one,
        Router(msgspec.structs.replace(made, log=type(made.log)()), rng=random.Random(2)) as two,
    ):
        await lived(one, range(1, 160, 2))
        await lived(two, range(0, 160, 2))
        await until(lambda: learner(one).ridge.seen == learner(two).ridge.seen == 160)
        assert sum(await lived(one, range(160, 200, 2)) + await lived(two, range(161, 201, 2))) > 28
        text = await one.exposition()
        assert page(text, 'wrp_learned_exchanges_total{result="heard"}') >= 1.0
        assert page(text, "wrp_learned_age_seconds") < 60.0
    async with Router(msgspec.structs.replace(made, log=type(made.log)()), rng=random.Random(3)) as third:
        await until(lambda: learner(third).ridge.seen == 200)
        assert sum(await lived(third, range(200, 240))) > 28


async def test_a_file_and_a_server_count_once(engines: Engines, tmp_path: Path, port: int) -> None:
    """A router that comes back has what it knew, and what others know, each once; what it could not tell it tells."""
    made = learning(engines, tmp_path)
    file = tmp_path / "learned.json"
    async with Router(together(made, port, file), rng=random.Random(1)) as one:
        await lived(one, range(20))
    for nowhere in (port, 1):
        config = together(made, nowhere, file, every=60.0)
        async with Router(config, rng=random.Random(1)) as one:
            assert learner(one).ridge.seen == 20
            if nowhere == 1:
                await lived(one, range(20, 30))
                assert learner(one).ridge.seen == 30
                text = await one.exposition()
                await until(lambda: one._telling.stats().failed)
    assert b"carried" in file.read_bytes()
    assert page(text, 'wrp_learned_exchanges_total{result="written"}') == 0.0
    for _ in range(2):
        async with Router(together(made, port, file), rng=random.Random(1)) as one:
            await until(lambda one=one: one._telling.stats().heard)
            assert learner(one).ridge.seen == 30
    assert b"carried" not in file.read_bytes()
    async with Router(together(made, port), rng=random.Random(1)) as other:
        await until(lambda: learner(other).ridge.seen == 30)


async def test_nothing_to_share(engines: Engines, tmp_path: Path) -> None:
    """Without a server nobody is told; nor where nothing is learned together."""
    made = learning(engines, tmp_path)
    parts = assemble(made)
    assert ledgers_of(parts, {}) == {}
    assert telling_of(parts, {}) is None
    assert learning_of(parts)[1] is None
    assert learning_of(assemble(together(msgspec.structs.replace(made, routes=()), 1))) == (None, None)


async def test_the_same_pages_for_the_same_routes(engines: Engines, tmp_path: Path) -> None:
    """And others for another secret, another route, kind, or context."""
    made = together(learning(engines, tmp_path), 1)
    (route,) = made.routes
    changed = [
        made,
        msgspec.structs.replace(made, secret=Secret("t" * 16)),
        *[
            msgspec.structs.replace(made, routes=(one,))
            for one in (
                msgspec.structs.replace(route, name="another"),
                msgspec.structs.replace(route, use=msgspec.structs.replace(route.use, dim=20)),
                msgspec.structs.replace(route, use=LinTs(pools=route.use.pools)),
            )
        ],
    ]
    keys = [tuple(learning_of(assemble(config))[1]._ledgers) for config in [made, *changed]]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 5
    assert all(key.startswith(b"wrp:default:learned:") for (key,) in keys)
