"""Cascades over real sockets: held, verified, served or set aside; and what the client sees of it."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
import anthropic
import openai
import pytest

from tests.live.climbing import ASK, LENIENT, STRICT, Stairs
from tests.live.conftest import Connect
from tests.live.raw import CHAT, request
from tests.live.scene import Scene
from wrp_policies.cascading.verifiers import AllOf, Logprob, Margin, Schema
from wrp_policies.selection.cascade import Holding
from wrp_policies.types import Ended
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile
from wrp_router.record import Row

STREAMED = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
FORM = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "required": ["a"],
        "properties": {"a": {"type": "string"}}}}}  # fmt: skip


@pytest.fixture
def stairs(scene: Scene) -> Stairs:
    """Two engines, and a cascade over them."""
    return Stairs(scene)


async def only(stairs: Stairs) -> Row:
    """The one row."""
    (row,) = await stairs.scene.rows()
    return row


def asked(engine: FakeEngine) -> Any:
    """What an engine was sent last."""
    return json.loads(engine.seen[-1].body)


@STREAMED
async def test_an_answer_that_passes_is_the_small_ones(stairs: Stairs, stream: bool):
    """The large engine hears of nothing; the engine was asked for log-probabilities, and the caller gets none."""
    await stairs.open(LENIENT)
    text, headers = await stairs.ask(stream=stream)
    assert text
    assert (headers["x-wrp-pool"], headers["x-wrp-attempts"]) == ("small", "1")
    assert (asked(stairs.small)["logprobs"], len(stairs.large.seen)) == (True, 0)
    row = await only(stairs)
    assert (row.cascade, row.outcomes[0].evidence[:9]) == ("accepted", "logprob -")
    assert 0.0 < row.outcomes[0].quality < 1.0
    assert row.outcomes[0].ttft > 0.0


@STREAMED
async def test_one_that_does_not_is_never_seen(stairs: Stairs, stream: bool):
    """The client gets the large model's answer alone, and who gave it."""
    await stairs.open(STRICT)
    text, headers = await stairs.ask(stream=stream)
    assert text
    assert (headers["x-wrp-pool"], headers["x-wrp-attempts"]) == ("large", "2")
    assert "logprobs" not in asked(stairs.large)
    row = await only(stairs)
    assert [(one.pool, one.ended, one.reason) for one in row.outcomes] == [
        ("small", Ended.DONE, "rejected"),
        ("large", Ended.DONE, ""),
    ]
    assert (row.cascade, row.status, row.outcomes[0].tokens_out > 0) == ("escalated", 200, True)


@STREAMED
@pytest.mark.parametrize("fault", ["die_before_headers", "status=503", "status=400", "die_after_role=rst"])
async def test_where_the_large_engine_fails_the_small_answer_is_served(stairs: Stairs, stream: bool, fault: str):
    """Whole, as the engine gave it, and the row says that it was not good enough."""
    await stairs.open(STRICT, fault)
    text, headers = await stairs.ask(stream=stream)
    assert text
    assert headers["x-wrp-pool"] == "small"
    row = await only(stairs)
    assert (row.cascade, row.status, row.error, row.outcomes[0].reason) == ("returned", 200, "", "rejected")


async def test_an_answer_that_was_given_after_all_is_an_answer(stairs: Stairs):
    """It may be judged, and what goes on from it goes to the server that keeps it, though the large one is well."""
    await stairs.open(STRICT, "status=503", pool={"abilities": ("responses",)})
    async with stairs.client() as client:
        first = await client.responses.with_raw_response.create(model="auto", input="Begin")
        stairs.large.fault = ""
        verdict = {"decision": first.headers["x-wrp-decision"], "score": 0.5}
        told = await client.post("/feedback", body=verdict, cast_to=dict[str, object])
        before = first.parse().id
        second = await client.responses.with_raw_response.create(model="auto", input="On", previous_response_id=before)
    assert told["counted"] is True
    assert (first.headers["x-wrp-pool"], second.headers["x-wrp-pool"]) == ("small", "small")
    assert [row.cascade for row in await stairs.scene.rows()] == ["returned", ""]


@STREAMED
async def test_the_caller_gets_what_the_engine_gives_who_did_not_ask(
    stairs: Stairs, http: aiohttp.ClientSession, stream: bool
):
    """Byte for byte, whether the answer was held and verified or not."""
    await stairs.open(LENIENT)
    bodies = []
    for url, model in ((stairs.router.url, "auto"), (stairs.small.url, "fake")):
        async with http.post(url + CHAT, json={**ASK, "model": model, "stream": stream}) as answer:
            # the fake engine makes ids of the whole request, what we add to it included
            bodies.append(re.sub(rb"chatcmpl-\w+", b"chatcmpl-", await answer.read()))
    assert bodies[0] == bodies[1]
    assert b'"logprobs":null' in bodies[0]


async def test_who_asks_for_them_gets_them(stairs: Stairs):
    """They are the caller's then, and are verified all the same."""
    await stairs.open(LENIENT)
    async with stairs.client() as client:
        answer = await client.chat.completions.create(**ASK, logprobs=True, top_logprobs=3)
    assert answer.choices[0].logprobs.content[0].top_logprobs[2].token
    assert (await only(stairs)).cascade == "accepted"


@STREAMED
async def test_margins(stairs: Stairs, stream: bool):
    """The engine names two likely tokens for each; a fake one is always 1 ahead."""
    await stairs.open(Margin(0.9))
    await stairs.ask(stream=stream)
    assert asked(stairs.small)["top_logprobs"] == 2
    row = await only(stairs)
    assert (row.cascade, row.outcomes[0].evidence) == ("accepted", "margin 1.000")


@pytest.mark.parametrize("engine", ["openai", "anthropic"])
async def test_an_engine_that_may_refuse_to_say_is_not_asked(stairs: Stairs, engine: str):
    """Unless its pool says that it can: nothing is known then, and the next one answers."""
    await stairs.open(LENIENT, pool={"engine": engine})
    await stairs.ask()
    assert "logprobs" not in asked(stairs.small)
    assert (await only(stairs)).outcomes[0].evidence == "no logprobs"


async def test_a_pool_says_that_its_engine_can(stairs: Stairs):
    """By its abilities."""
    await stairs.open(LENIENT, pool={"engine": "openai", "abilities": ("chat", "logprobs")})
    await stairs.ask()
    assert (await only(stairs)).cascade == "accepted"


@STREAMED
@pytest.mark.parametrize(("most", "result"), [(None, "accepted"), (3, "escalated")])
async def test_the_form_of_an_answer(stairs: Stairs, stream: bool, most: int | None, result: str):
    """JSON that is whole passes; what was cut off by its length does not."""
    await stairs.open(AllOf((Schema(), LENIENT)))
    await stairs.ask(stream=stream, response_format=FORM, max_tokens=most)
    row = await only(stairs)
    assert row.cascade == result
    assert row.outcomes[0].evidence.startswith("the form is right" if most is None else "cut off")


@STREAMED
async def test_calls_of_tools(stairs: Stairs, stream: bool):
    """Arguments are checked by the tool's schema."""
    tool = {"type": "function", "function": {"name": "weather", "parameters": FORM["json_schema"]["schema"]}}
    await stairs.open(Schema(), pool={"abilities": ("chat", "tools")})
    await stairs.ask(stream=stream, tools=[tool], tool_choice="required")
    assert (await only(stairs)).outcomes[0].evidence == "the form is right"


@pytest.mark.parametrize(("accept", "pool"), [(LENIENT, "small"), (STRICT, "large")])
async def test_the_beginning_of_a_stream_is_enough(stairs: Stairs, accept: Logprob, pool: str):
    """It goes on then, without log-probabilities to its end; what is not good enough is closed at once."""
    profile = Profile(decode_tokens_per_s=200.0)
    await stairs.open(accept, prefix=4, engine={"profile": profile})
    async with stairs.client() as client:
        chunks = [chunk async for chunk in await client.chat.completions.create(**ASK, stream=True)]
    assert all(chunk.choices[0].logprobs is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"
    if pool == "large":
        await stairs.small.until(lambda engine: engine.seen[-1].ended == "client_gone")
    row = await only(stairs)
    assert row.outcomes[-1].pool == pool
    assert (row.outcomes[0].tokens_out < 12) == (pool == "large")


@pytest.mark.parametrize(("over", "pool"), [("accept", "small"), ("escalate", "large")])
@pytest.mark.parametrize(("bound", "reason"), [({"bytes": 1024}, "over bytes"), ({"seconds": 0.05}, "over seconds")])
async def test_nothing_is_held_for_ever(stairs: Stairs, over: Any, pool: str, bound: Any, reason: str):
    """Beyond its bounds a stream goes on unverified, or the next pool is asked."""
    await stairs.open(LENIENT, hold=Holding(over=over, **bound), engine={"profile": Profile(decode_tokens_per_s=60.0)})
    text, headers = await stairs.ask(stream=True)
    assert text
    assert headers["x-wrp-pool"] == pool
    row = await only(stairs)
    assert row.outcomes[0].evidence == reason
    assert row.cascade == ("unverified" if pool == "small" else "escalated")


async def test_a_stream_that_breaks_while_it_is_held_is_a_failure(stairs: Stairs):
    """Like any other before the commit point: the other pool's server stands in."""
    await stairs.open(LENIENT, engine={"fault": "die_after=3:rst"})
    text, headers = await stairs.ask(stream=True)
    assert text
    assert headers["x-wrp-pool"] == "large"
    row = await only(stairs)
    assert (row.cascade, row.outcomes[0].ended, row.outcomes[0].reason) == ("", Ended.FAILED, "truncated")


@STREAMED
async def test_a_client_that_leaves_while_it_waits_ends_the_work(stairs: Stairs, connect: Connect, stream: bool):
    """The engine that was asked is let go at once, and no other is asked."""
    await stairs.open(STRICT, engine={"profile": Profile(decode_tokens_per_s=20.0)})
    raw = await connect(stairs.router)
    await raw.send(request({**ASK, "stream": stream}))
    await stairs.small.until(lambda engine: bool(engine.seen) and (not stream or engine.seen[-1].bytes_sent > 0))
    raw.leave("fin")
    await stairs.small.until(lambda engine: engine.seen[-1].ended == "client_gone")
    row = await only(stairs)
    assert (row.gone, [one.ended for one in row.outcomes]) == ("ttft", [Ended.CLIENT_GONE])
    assert not stairs.large.seen


async def test_a_client_that_leaves_while_the_large_one_works(stairs: Stairs, connect: Connect):
    """The answer that was set aside was paid for; the row has both."""
    await stairs.open(STRICT, "ttft=30s")
    raw = await connect(stairs.router)
    await raw.send(request(ASK))
    await stairs.large.until(lambda engine: bool(engine.seen))
    raw.leave("rst")
    await stairs.large.until(lambda engine: engine.seen[-1].ended == "client_gone")
    row = await only(stairs)
    assert [(one.ended, one.reason) for one in row.outcomes] == [
        (Ended.DONE, "rejected"),
        (Ended.CLIENT_GONE, ""),
    ]


async def test_other_dialects_are_verified_by_what_they_say(stairs: Stairs):
    """Anthropic's messages and Responses have no log-probabilities here: their form can be checked, and no more."""
    await stairs.open(Schema(), pool={"abilities": ("chat", "messages", "responses")})
    async with anthropic.AsyncAnthropic(base_url=stairs.router.url, api_key="x", max_retries=0) as claude:
        answer = await claude.messages.create(model="auto", max_tokens=64, messages=ASK["messages"])
    assert answer.content[0].text
    async with stairs.client() as client:
        assert (await client.responses.create(model="auto", input="How do I sort a list?")).output_text
    rows = await stairs.scene.rows()
    assert [(row.cascade, row.outcomes[0].evidence) for row in rows] == [("accepted", "the form is right")] * 2


async def test_completions_have_them_too(stairs: Stairs):
    """As an integer, in their dialect."""
    await stairs.open(LENIENT, pool={"abilities": ("completion",)})
    async with stairs.client() as client:
        answer = await client.completions.create(model="auto", prompt="How do I sort a list?")
    assert answer.choices[0].logprobs is None
    assert (await only(stairs)).cascade == "accepted"


async def test_several_choices_cannot_be_judged(stairs: Stairs):
    """They are served by the next pool, unless the configuration says otherwise."""
    await stairs.open(LENIENT)
    async with stairs.client() as client:
        answer = await client.chat.completions.create(**ASK, n=2)
    assert len(answer.choices) == 2
    assert (await only(stairs)).outcomes[0].evidence == "unreadable"


async def test_an_error_of_the_large_engine_is_no_answer(stairs: Stairs):
    """Without a small answer to fall back on, because it failed too, the client is told."""
    await stairs.open(STRICT, "status=500", engine={"fault": "status=500"})
    with pytest.raises(openai.InternalServerError):
        await stairs.ask()
    row = await only(stairs)
    assert (row.status, row.cascade, len(row.outcomes)) == (500, "", 2)
