"""What a prefill server may answer: nothing of it reaches a client, hangs a request, or leaves a lease."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
import pytest

from tests.live.divided import ASK, Division
from tests.live.raw import CHAT
from tests.live.scene import staged, until
from tests.live.upstream.scripted import Scripted, replying, scripted
from wrp_router.config.bounds import PoolTimeouts
from wrp_router.config.structs import Retries

PATIENT = partial(aiohttp.ClientSession, timeout=aiohttp.ClientTimeout(10))
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def whole(body: bytes, head: bytes = HEAD) -> bytes:
    return head + b"content-length: %d\r\n\r\n%b" % (len(body), body)


BAD: dict[str, bytes] = {
    "no JSON": whole(b"<html>It works!</html>"),
    "nothing": whole(b""),
    "a list": whole(b"[1]"),
    "params that are a list": whole(b'{"kv_transfer_params":[1,2]}'),
    "params that are text": whole(b'{"kv_transfer_params":"evil"}'),
    "params that are a number": whole(b'{"kv_transfer_params":7}'),
    "params that are huge": whole(b'{"kv_transfer_params":{"a":"' + b"x" * 2_000_000 + b'"}}'),
    "params that never end": HEAD
    + b"transfer-encoding: chunked\r\n\r\n"
    + b"100000\r\n"
    + b" " * 0x100000
    + b"\r\n" * 1,
    "an answer that is huge": whole(b" " * 5_000_000 + b"{}"),
    "params that are cut off": whole(b'{"kv_transfer_params":{"a":1'),
    "params that are deep": whole(b'{"kv_transfer_params":' + b'{"a":' * 3000 + b"1" + b"}" * 3001),
    "a redirect": b"HTTP/1.1 302 Found\r\nlocation: http://evil/\r\ncontent-length: 0\r\n\r\n",
    "a broken head": b"HTTP/1.1 OK\r\n\r\n",
    "an answer that breaks off": HEAD + b"content-length: 100\r\n\r\n{}",
    "an error that is no JSON": whole(b"\xff\xfe", b"HTTP/1.1 500 No\r\n"),
}
NOTHING = {
    "no params": whole(b'{"choices":[],"usage":{}}'),
    "params that are null": whole(b'{"kv_transfer_params":null}'),
    "params that say nothing": whole(b'{"kv_transfer_params":{}}'),
    "usage that lies": whole(b'{"usage":{"prompt_tokens":-5,"completion_tokens":"x"},"choices":[{}]}'),
}


async def asked(
    tmp_path: Any, caplog: pytest.LogCaptureFixture, answer: bytes, prefills: int = 0, extra: int = 0
) -> tuple[int, Any, Division]:
    """Status and body that a client gets, before a prefill server that answers so (and maybe others)."""
    async with scripted(replying(answer, close=True)) as server, staged(tmp_path, caplog) as scene:
        division = Division(scene, "vllm")
        division.add(server.url, "prefill", "aa-hostile")
        await division.stage(prefills, retries=Retries(extra=extra), pool={"timeouts": PoolTimeouts(ttft=1.0)})
        async with PATIENT() as http, http.post(division.router.url + CHAT, json=ASK) as got:
            status, body = got.status, await got.json()
        await until(lambda: not division.router.gateway.in_flight)
        assert division.booked() == {}
        return status, body, division


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
async def test_what_hands_nothing_over_fails_the_attempt(tmp_path, caplog, answer: bytes):
    """As any engine's bad answer does: 502, nothing of what it said, and the decode server is never asked."""
    status, body, division = await asked(tmp_path, caplog, answer)
    assert (status, "evil" in str(body)) == (502 if b"500 No" not in answer else 500, False)
    assert not division.decodes[0].seen


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
async def test_another_one_computes_it_then(tmp_path, caplog, answer: bytes):
    """The client notices nothing."""
    status, body, division = await asked(tmp_path, caplog, answer, prefills=1, extra=1)
    assert (status, body["choices"][0]["finish_reason"]) == (200, "stop")
    assert division.decodes[0].seen[0].cached_tokens > 50


@pytest.mark.parametrize("answer", NOTHING.values(), ids=NOTHING)
async def test_an_answer_that_has_nothing_to_hand_over(tmp_path, caplog, answer: bytes):
    """The decode server computes the prompt; it is told nothing."""
    status, _, division = await asked(tmp_path, caplog, answer)
    assert status == 200
    assert "kv_transfer_params" not in division.decodes[0].seen[0].json()


async def test_blocks_that_are_not_there(tmp_path, caplog):
    """What the one hands over and the other does not find is the other's failure: it says so."""
    params = b'{"kv_transfer_params":{"do_remote_prefill":true,"remote_block_ids":[9],"remote_engine_id":"e"}}'
    status, body, _ = await asked(tmp_path, caplog, whole(params))
    assert (status, "no such blocks" in body["error"]["message"]) == (500, True)


async def silent(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await server.read_request(reader)
    await reader.read()


async def test_one_that_says_nothing(tmp_path, caplog):
    """It has the time of a first token; then another one is asked."""
    async with scripted(silent) as server, staged(tmp_path, caplog) as scene:
        division = Division(scene, "vllm")
        division.add(server.url, "prefill", "aa-hostile")
        await division.stage(1, pool={"timeouts": PoolTimeouts(ttft=0.2)})
        async with aiohttp.ClientSession() as http, http.post(division.router.url + CHAT, json=ASK) as got:
            assert got.status == 200
        (row,) = await scene.rows()
    assert [(one.server, one.ended) for one in row.outcomes] == [("aa-hostile", "timed_out"), ("decode0", "done")]


@pytest.mark.parametrize("answer", [*BAD.values(), *NOTHING.values()], ids=[*BAD, *NOTHING])
async def test_one_beside_the_other(tmp_path, caplog, answer: bytes):
    """Where both work at the same time, whatever it answers is the end of the other's waiting; what looks like an
    answer is so when a first token is due."""
    async with scripted(replying(answer, close=True)) as server, staged(tmp_path, caplog) as scene:
        division = Division(scene, "sglang")
        division.add(server.url, "prefill", "aa-hostile")
        router = await division.stage(retries=Retries(extra=0), pool={"timeouts": PoolTimeouts(ttft=0.5)})
        async with PATIENT() as http, http.post(router.url + CHAT, json={**ASK, "stream": True}) as got:
            assert got.status >= 500
            assert "evil" not in await got.text()
        await until(lambda: not router.gateway.in_flight)
        assert division.booked() == {}
