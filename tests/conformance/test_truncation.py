"""A stream that ends before it is complete never looks complete to anybody, in whichever of 13 ways it ends.

Asked directly, both SDKs return half an answer without a word in most of them: this is the gateway's first promise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anthropic
import openai
import pytest

from tests.conformance import anthropic_calls, openai_calls
from tests.conformance.conftest import claude, gpt
from tests.live.scene import Scene
from wrp_router.build import Router
from wrp_router.config.caching import CacheConfig
from wrp_router.config.structs import Timeouts
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.faults import TRUNCATIONS, parse

pytestmark = pytest.mark.fault("R2")

LONG = "chunks=12, gap=10ms"
WHOLE = 12

Texts = AsyncIterator[str]


async def openai_texts(base: str, fault: str) -> Texts:
    """The pieces of text as they come."""
    asked = {"model": "fake", "messages": openai_calls.ASK, "extra_headers": {"x-fake": fault}}
    async with gpt(base) as client:
        async for chunk in await client.chat.completions.create(**asked, stream=True):
            for choice in chunk.choices:
                if choice.delta.content:
                    yield choice.delta.content


async def anthropic_texts(base: str, fault: str) -> Texts:
    """The same of a message."""
    async with claude(base) as client:
        events = await client.messages.create(**anthropic_calls.ASKED, extra_headers={"x-fake": fault}, stream=True)
        async for event in events:
            if event.type == "content_block_delta":
                yield event.delta.text


async def responses_texts(base: str, fault: str) -> Texts:
    """The same of a response."""
    async with gpt(base) as client:
        events = await client.responses.create(
            model="fake", input="Hello", store=False, stream=True, extra_headers={"x-fake": fault}
        )
        async for event in events:
            if event.type == "response.output_text.delta":
                yield event.delta


async def gather(texts: Texts, got: list[str]) -> None:
    """What comes before an exception is there, too."""
    async for text in texts:
        got.append(text)


Read = Callable[[str, str], Texts]
DIALECTS: dict[str, tuple[Read, type[Exception]]] = {
    "chat": (openai_texts, openai.APIError),
    "messages": (anthropic_texts, anthropic.APIError),
    "responses": (responses_texts, openai.APIError),
}


def delivered(fault: str) -> int:
    """How many pieces of text the engine sends before the end that is none."""
    faults = parse(fault)
    spot = faults.die_after or faults.error_in_stream
    return spot.after if spot else WHOLE if faults.stall_after is None else faults.stall_after


@pytest.fixture
async def engine(scene: Scene) -> FakeEngine:
    """One engine."""
    return await scene.engine()


@pytest.fixture
async def router(scene: Scene, engine: FakeEngine) -> Router:
    """A gateway that caches, and soon gives up an engine that says nothing more."""
    return await scene.open(engine, timeouts=Timeouts(idle=0.5), cache=CacheConfig(semantic=False))


def kept(router: Router) -> int:
    """Answers in the cache."""
    assert router.parts.rooms.cache is not None
    return len(router.parts.rooms.cache)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fault", TRUNCATIONS.values(), ids=TRUNCATIONS)
async def test_the_client_raises_after_all_that_came(
    engine: FakeEngine, router: Router, scene: Scene, dialect: str, fault: str
):
    """An exception, not an end; before it every piece that the engine sent whole; nothing is cached."""
    read, raised = DIALECTS[dialect]
    whole = [text async for text in read(engine.url, LONG)]
    assert len(whole) == WHOLE
    got: list[str] = []
    with pytest.raises(raised) as told:
        await gather(read(router.url, f"{LONG}, {fault}"), got)
    assert got == whole[: delivered(fault)]
    assert "broke off" in str(told.value)
    assert kept(router) == 0
    (row,) = await scene.rows()
    assert (row.midstream, row.outcomes[0].ok) == (True, False)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_stream_that_is_whole_ends_and_is_kept(engine: FakeEngine, router: Router, dialect: str):
    """The control: all pieces, no exception, one answer in the cache, which replays it to the last byte."""
    read, _ = DIALECTS[dialect]
    first = [text async for text in read(router.url, LONG)]
    assert kept(router) == 1
    assert [text async for text in read(router.url, LONG)] == first
    assert (len(first), engine.counters.requests) == (WHOLE, 1)


@pytest.mark.parametrize("fault", ["die_after=3:fin", "short_body", "die_after=3:clean"])
async def test_half_an_answer_that_is_no_stream(scene: Scene, fault: str):
    """Nothing of it reaches the client: it is an error before the first byte, which costs another attempt at most."""
    engine = await scene.engine(fault=fault)
    router = await scene.open(engine)
    async with gpt(router.url) as client:
        with pytest.raises(openai.InternalServerError) as told:
            await client.chat.completions.create(model="fake", messages=openai_calls.ASK)
    assert told.value.status_code == 502
