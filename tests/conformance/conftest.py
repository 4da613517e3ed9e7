"""What the conformance tests share: an engine asked directly, and its twin behind the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anthropic
import openai
import pytest

from tests.conformance.pairs import Pair
from tests.live.scene import Scene, staged
from wrp_router.config.structs import Timeouts


def gpt(base: str) -> openai.AsyncOpenAI:
    """A client that does not try again. Certificates, which nobody needs here, take 0.1 s to load."""
    http = openai.DefaultAsyncHttpxClient(verify=False)
    return openai.AsyncOpenAI(base_url=f"{base}/v1", api_key="sk-test", max_retries=0, http_client=http)


def claude(base: str) -> anthropic.AsyncAnthropic:
    """The same of Anthropic."""
    http = anthropic.DefaultAsyncHttpxClient(verify=False)
    return anthropic.AsyncAnthropic(base_url=base, api_key="sk-test", max_retries=0, http_client=http)


@pytest.fixture
async def scene(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Scene]:
    """Engines and routers, held to account at the end."""
    async with staged(tmp_path, caplog) as scene:
        yield scene


@pytest.fixture
async def bases(scene: Scene) -> Pair[str]:
    """The addresses of an engine, and of a gateway before an engine of the same kind."""
    direct, behind = await scene.engine(dim=32), await scene.engine(dim=32)
    router = await scene.open(behind, timeouts=Timeouts(idle=0.5))
    return Pair(direct.url, router.url)


@pytest.fixture
async def gpts(bases: Pair[str]) -> AsyncIterator[Pair[openai.AsyncOpenAI]]:
    """OpenAI clients of both."""
    pair = Pair(*map(gpt, bases))
    yield pair
    for client in pair:
        await client.close()


@pytest.fixture
async def claudes(bases: Pair[str]) -> AsyncIterator[Pair[anthropic.AsyncAnthropic]]:
    """Anthropic clients of both."""
    pair = Pair(*map(claude, bases))
    yield pair
    for client in pair:
        await client.close()
