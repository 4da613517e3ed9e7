"""Halves that fail, refuse, or have no room, and clients that leave: somebody else does it, and nothing stays taken."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

from tests.live.conftest import Connect
from tests.live.divided import ALONE, ASK, STREAM, STREAMED, Division, seen, told
from tests.live.raw import request
from tests.live.scene import Scene, until
from wrp_router.config.structs import Retries


@STREAMED
@pytest.mark.parametrize("fault", ["status=503", "status=429, retry_after=3"])
async def test_one_that_has_too_much_to_do_is_passed_over(
    division: Division, gpt: Any, stream: bool, fault: str
) -> None:
    """At once, whatever the retry budget; if it says for how long, it is left alone."""
    await division.stage(prefills=2, retries=Retries(budget=0.0, budget_min=0))
    division.prefills[0].fault = fault
    text, headers = await gpt(division, stream=stream)
    assert (bool(text), headers["x-wrp-server"]) == (True, "decode0")
    assert division.shown()["prefill0"].up is ("retry_after" not in fault)
    (row,) = await told(division)
    assert [(one.server, one.prefill) for one in row.outcomes] == [("prefill0", ""), ("decode0", "prefill1")]


async def test_one_that_is_not_there_is_passed_over(division: Division, gpt: Any) -> None:
    """A refused connection is no work of anybody's, either."""
    division.add("http://127.0.0.1:9", "prefill", "dead")
    await division.stage(retries=Retries(budget=0.0, budget_min=0))
    text, _ = await gpt(division)
    assert text
    (row,) = await told(division)
    assert [(one.server, one.reason) for one in row.outcomes] == [("dead", "connect"), ("decode0", "")]


async def test_our_own_limit_says_no_as_well(division: Division, connect: Connect, gpt: Any) -> None:
    """A prefill server that has all it may get is not even asked."""
    router = await division.stage(prefills=2, limits={"prefill0": 1, "prefill1": 1})
    for engine in division.prefills:
        engine.fault = "ttft=30s"
    first = await connect(router)
    await first.send(request(ASK))
    await until(lambda: "prefill0" in division.booked() and division.prefills[0].seen)
    division.prefills[1].fault = ""
    text, _ = await gpt(division)
    assert text
    assert seen(division)[0] == [1, 1]
    first.leave("rst")
    await told(division)


async def test_all_turn_it_away(division: Division, gpt: Any) -> None:
    """The client is told so in the words of the last one, and may come back."""
    await division.stage(prefills=2, retries=Retries(extra=0))
    for engine in division.prefills:
        engine.fault = "status=503, retry_after=2"
    with pytest.raises(openai.InternalServerError) as raised:
        await gpt(division)
    assert (raised.value.status_code, raised.value.response.headers["retry-after"]) == (503, "2")
    (row,) = await told(division)
    assert [one.server for one in row.outcomes] == ["prefill0", "prefill1"]


@STREAMED
@pytest.mark.parametrize("fault", ["die_before_headers=rst", "die_after_headers=rst", "short_body", "status=500"])
async def test_one_that_dies_fails_over(division: Division, gpt: Any, stream: bool, fault: str) -> None:
    """To the other prefill server, by a retry. Where both work at the same time, the decode server's request is
    cancelled at once: it would wait for minutes."""
    await division.stage(prefills=2)
    division.prefills[0].fault = f"{fault}, times=1"
    text, _ = await gpt(division, stream=stream)
    assert text
    (row,) = await told(division)
    assert [(one.server, one.prefill) for one in row.outcomes] == [("prefill0", ""), ("decode0", "prefill1")]
    ended = [one.ended for one in division.decodes[0].seen]
    assert ended == (["client_gone", "done"] if division.engine == "sglang" else ["done"])
    assert division.shown()["decode0"].up


@STREAMED
async def test_a_decode_server_that_dies_fails_over(division: Division, gpt: Any, stream: bool) -> None:
    """The prompt is computed once more, where it is cached by then."""
    await division.stage(prefills=2, decodes=2)
    division.decodes[0].fault = "die_before_headers=rst"
    text, headers = await gpt(division, stream=stream)
    assert (bool(text), headers["x-wrp-server"], headers["x-wrp-attempts"]) == (True, "decode1", "2")
    assert seen(division)[0] == [2, 0]
    assert division.prefills[0].seen[1].cached_tokens > 50
    await told(division)


async def test_a_decode_server_that_dies_takes_the_prefill_along(scene: Scene, gpt: Any) -> None:
    """Where both work at the same time: nobody will fetch that prompt."""
    division = Division(scene, "sglang")
    await division.stage(retries=Retries(extra=0))
    division.decodes[0].fault = "status=500"
    with pytest.raises(openai.InternalServerError):
        await gpt(division)
    await division.prefills[0].until(lambda engine: engine.counters.cancellations == 1)
    await told(division)


async def test_what_is_wrong_with_the_request_is_passed_on(division: Division, gpt: Any) -> None:
    """In the engine's words, and nobody else is asked."""
    await division.stage(prefills=2)
    for engine in (*division.prefills, *division.decodes):
        engine.fault = "status=400, error_code=context_length_exceeded"
    with pytest.raises(openai.BadRequestError, match="told to fail"):
        await gpt(division)
    (row,) = await told(division)
    assert len(row.outcomes) == 1


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("where", ["prefill", "decode", "stream"])
async def test_the_client_leaves(division: Division, connect: Connect, where: str, how: str) -> None:
    """Whoever works for it is told at once: while the prompt is computed, while it waits for the first token, and in
    mid-stream."""
    router = await division.stage()
    knob = {"prefill": "ttft=30s", "decode": "", "stream": ""}[where]
    division.prefills[0].fault = knob
    division.decodes[0].fault = {"prefill": "", "decode": "ttft=30s", "stream": "stall_after=2"}[where]
    raw = await connect(router)
    await raw.send(request(STREAM))
    if where == "stream":
        await raw.until(b"\n\n")
    at_work = division.prefills if where == "prefill" else division.decodes
    await until(lambda: at_work[0].seen)
    raw.leave(how)
    for engine in at_work:
        await engine.until(lambda engine: engine.counters.cancellations == 1)
    (row,) = await told(division)
    assert (row.status, row.gone) == (499, "stream" if where == "stream" else "ttft")
    assert len(row.outcomes) == 1


async def test_the_deadline_passes(division: Division, gpt: Any) -> None:
    """While the prompt is computed: 504, and nobody goes on."""
    await division.stage(retries=Retries(extra=0))
    division.prefills[0].fault = "ttft=30s"
    with pytest.raises(openai.APIStatusError) as raised:
        await gpt(division, extra_headers={"x-wrp-deadline-ms": "150"})
    assert raised.value.status_code == 504
    await division.prefills[0].until(lambda engine: engine.counters.cancellations == 1)
    (row,) = await told(division)
    assert row.outcomes[0].ended == "timed_out"
    assert division.shown()["prefill0"].up


@pytest.mark.parametrize("down", ["status=503", "die_before_headers=rst"])
async def test_alone_if_it_may(vllm: Division, gpt: Any, down: str) -> None:
    """No prefill server takes it: the decode server does both, and is charged with the prompt."""
    await vllm.stage(balance=ALONE)
    vllm.prefills[0].fault = down
    text, headers = await gpt(vllm)
    assert (bool(text), headers["x-wrp-server"]) == (True, "decode0")
    assert vllm.decodes[0].seen[0].cached_tokens == 0
    await told(vllm)


async def test_many_at_once(division: Division, gpt: Any) -> None:
    """While servers of both halves fail now and then: every answer is a good one, and nothing is left booked."""
    await division.stage(prefills=3, decodes=3, retries=Retries(extra=4, budget=1.0, budget_min=50))
    division.prefills[0].fault = "die_before_headers=rst, p=0.2"
    division.prefills[1].fault = "status=503, p=0.3"
    division.decodes[0].fault = "die_after_role=rst, p=0.2"
    asked = [gpt(division, stream=number % 2 == 0, seed=number) for number in range(60)]
    assert all(text for text, _ in await asyncio.gather(*asked))
    rows = await told(division)
    assert all(row.outcomes[-1].ok and row.outcomes[-1].prefill for row in rows)
