"""The official SDKs understand a request that was turned away: what they raise, and when they are to come back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anthropic
import openai
import pytest

from tests.conformance.conftest import claude, gpt
from tests.conformance.openai_calls import ASK, MODEL
from tests.live.scene import Scene
from wrp_router.config.bounds import Limits

SHEDDABLE = {"x-wrp-priority": "sheddable"}
STALLS = {"x-fake": "stall_after=2"}


@pytest.fixture
async def full(scene: Scene) -> AsyncIterator[str]:
    """A router whose only server has all that it may, and in whose queue nobody waits."""
    router = await scene.open(await scene.engine(), pool={"limit": 1}, limits=Limits(queue=0), cache=None)
    async with gpt(router.url) as client:
        stream = await client.chat.completions.create(
            model=MODEL, messages=ASK, stream=True, extra_headers={**STALLS, "x-wrp-priority": "critical"}
        )
        yield router.url
        await stream.close()


async def test_openai(full: str):
    """An InternalServerError with the code `overloaded`, whose headers say when."""
    async with gpt(full) as client:
        with pytest.raises(openai.InternalServerError) as told:
            await client.chat.completions.create(model=MODEL, messages=ASK, extra_headers=SHEDDABLE)
        assert (told.value.status_code, told.value.code, told.value.type) == (503, "overloaded", "server_error")
        assert told.value.response.headers["retry-after-ms"] == "1000"
        assert told.value.response.headers["retry-after"] == "1"
        assert "x-should-retry" not in told.value.response.headers


async def test_openai_and_a_word_that_is_no_class(full: str):
    """A BadRequestError that names the header."""
    async with gpt(full) as client:
        with pytest.raises(openai.BadRequestError) as told:
            await client.chat.completions.create(model=MODEL, messages=ASK, extra_headers={"x-wrp-priority": "urgent"})
        assert (told.value.code, told.value.param) == ("invalid_priority", "x-wrp-priority")


async def test_anthropic(full: str):
    """An error of status 529 and type `overloaded_error`."""
    async with claude(full) as client:
        with pytest.raises(anthropic.APIStatusError) as told:
            await client.messages.create(model=MODEL, messages=ASK, max_tokens=5, extra_headers=SHEDDABLE)
        assert (told.value.status_code, told.value.body["error"]["type"]) == (529, "overloaded_error")
        assert told.value.response.headers["retry-after-ms"] == "1000"
