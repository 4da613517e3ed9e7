"""The commands that are sent, and the answers that are taken for one."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.cache.stores.kit import redis_server
from wrp_cache.stores.link import COMMANDS, Link, Server, failures, refusals

STREAM = b"wrp:x:news"


@pytest.fixture
async def scene(tmp_path):
    with redis_server(tmp_path) as (port, process):
        link = Link(Server("127.0.0.1", port))
        yield link, process
        await link.close()


async def test_documents_and_news_go_together(scene):
    """And are had again."""
    link, _ = scene
    await link.ping()
    await link.put([(b"a", b"1", 100_000), (b"b", b"2", 100_000)], STREAM, [b"x", b"y"], 100)
    assert [await link.get(key) for key in (b"a", b"b", b"c")] == [b"1", b"2", None]
    assert [told for _, told in await link.before(STREAM, None, 10)] == [b"y", b"x"]


async def test_news_are_read_both_ways(scene):
    """From an id on, and back from one."""
    link, _ = scene
    ids = [await link.tell(STREAM, b"%d" % at, 100) for at in range(5)]
    assert [told for _, told in await link.after(STREAM, b"0-0", 3, 0.1)] == [b"0", b"1", b"2"]
    assert [told for _, told in await link.after(STREAM, ids[2], 9, 0.1)] == [b"3", b"4"]
    assert await link.after(STREAM, ids[4], 9, 0.01) == []
    assert [told for _, told in await link.before(STREAM, ids[2], 9)] == [b"1", b"0"]
    assert await link.before(b"wrp:none", None, 9) == []


async def test_what_is_erased_is_gone(scene):
    """Nothing is no command at all."""
    link, _ = scene
    await link.put([(b"a", b"1", 100_000)], STREAM, [b"x"], 100)
    id = await link.tell(STREAM, b"y", 100)
    await link.erase([b"a"], STREAM, [id])
    await link.erase([], STREAM, [])
    assert await link.get(b"a") is None
    assert [told for _, told in await link.before(STREAM, None, 9)] == [b"x"]


async def test_what_is_no_news_of_ours_is_empty(scene):
    """Other fields, by somebody else."""
    link, _ = scene
    await link._ask("XADD", STREAM, "*", "other", "field")
    assert [told for _, told in await link.before(STREAM, None, 9)] == [b""]


async def test_a_refusal_is_told_from_no_answer(scene):
    """What the server says, and what it does not."""
    link, process = scene
    await link._ask("SET", b"text", b"x")
    with pytest.raises(refusals()):
        await link.before(b"text", None, 9)
    process.kill()
    process.wait()
    with pytest.raises(failures()) as error:
        await link.ping()
    assert not isinstance(error.value, refusals())


async def test_who_gives_up_gets_nobody_elses_answer(scene):
    """The connection of a call that was cancelled is not used again."""
    link, process = scene
    for at in range(20):
        await link._ask("SET", b"%d" % at, b"%d" % at)
    process.send_signal(signal.SIGSTOP)
    for at in range(20):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(link.get(b"%d" % at), 0.01)
    process.send_signal(signal.SIGCONT)
    assert [await link.get(b"%d" % at) for at in reversed(range(20))] == [b"%d" % at for at in reversed(range(20))]


@pytest.mark.parametrize("answer", [None, b"x", [b"x"], [(b"1", b"x")], [(1, {})]])
async def test_what_is_no_list_of_news_is_a_failure(scene, answer):
    """Of a server that is none."""
    link, _ = scene

    async def ask(*words: object) -> object:
        return [[STREAM, answer]] if words[0] == "XREAD" else answer

    link._ask = ask
    with pytest.raises(ValueError, match="no news"):
        await link.before(STREAM, None, 1)
    with pytest.raises(ValueError, match="no news"):
        await link.after(STREAM, b"0-0", 1, 0.1)


async def test_what_is_no_id_is_a_failure(scene):
    """Nor is silence a list of news."""
    link, _ = scene

    async def ask(*words: object) -> object:
        return None

    link._ask = ask
    with pytest.raises(ValueError, match="no id"):
        await link.tell(STREAM, b"", 1)
    assert await link.after(STREAM, b"0-0", 1, 0.1) == []


async def test_what_was_deleted_meanwhile_is_empty(scene):
    """As a server may say."""
    link, _ = scene

    async def ask(*words: object) -> object:
        return [(b"1-0", None), (b"2-0", {b"n": 7})]

    link._ask = ask
    assert await link.before(STREAM, None, 2) == [(b"1-0", b""), (b"2-0", b"")]


def test_no_command_looks_at_all_keys_or_runs_what_it_is_given():
    """So a user who may do nothing else suffices."""
    assert set(COMMANDS) == {"GET", "SET", "DEL", "XADD", "XDEL", "XREAD", "XREVRANGE", "PING"}


def test_the_documentation_names_the_commands():
    """All of them, and no other."""
    readme = (Path(__file__).parents[3] / "cache" / "README.md").read_text(encoding="utf-8")
    (line,) = [line for line in readme.splitlines() if line.startswith("ACL SETUSER")]
    assert [word for word in line.split() if word.startswith("+")] == [f"+{name.lower()}" for name in COMMANDS]


def test_a_server_does_not_show_its_password():
    """Whoever prints it."""
    server = Server("h", password="hidden", tls=True, ca=None)
    assert "hidden" not in f"{server!r} {server}"
