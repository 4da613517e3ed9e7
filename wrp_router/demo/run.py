"""Start engines and router, ask, and collect what became of every request."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from time import perf_counter

import aiohttp
import msgspec

from wrp_router.build import Router
from wrp_router.config.load import loads
from wrp_router.config.pools import Price
from wrp_router.config.render import render
from wrp_router.config.structs import Config
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile
from wrp_router.record import Record, Row

from .prompts import PROMPTS, Prompt

SMALL = Profile(prefill_tokens_per_s=20_000, decode_tokens_per_s=400, base_ttft=0.02, slots=16)
LARGE = Profile(prefill_tokens_per_s=4_000, decode_tokens_per_s=120, base_ttft=0.06, slots=8)
SEED = 7
"""Where the policies draw lots: the demo routes the same way every time."""


class Asked(msgspec.Struct, frozen=True):
    """One prompt and what came of it. `took` is what the client waited, in seconds; `text` what it read."""

    prompt: Prompt
    row: Row
    took: float
    text: str


def config_text() -> str:
    """The demo's configuration as shipped."""
    return files("wrp_router.demo").joinpath("demo.yaml").read_text(encoding="utf-8")


def config_of(env: dict[str, str]) -> Config:
    """The demo's configuration with the engines' addresses in it."""
    loaded = loads(config_text(), "demo.yaml", env)
    if loaded.config is None:
        raise ValueError(render(loaded.problems, loaded.sources))
    return loaded.config


@asynccontextmanager
async def running(tell: Callable[[Record], None]) -> AsyncIterator[Router]:
    """Three fake engines and the router before them; `tell` hears of every row."""
    async with AsyncExitStack() as stack:
        small = [await stack.enter_async_context(FakeEngine(("demo-8b",), profile=SMALL, seed=seed)) for seed in (1, 2)]
        large = await stack.enter_async_context(FakeEngine(("demo-70b",), profile=LARGE, seed=3))
        small[1].mishaps = large.mishaps = small[0].mishaps  # one death is one death, whichever engine it befalls
        config = config_of({"SMALL_A": small[0].url, "SMALL_B": small[1].url, "LARGE": large.url})
        yield await stack.enter_async_context(Router(config, rng=random.Random(SEED), watchers=[tell]))


async def ask_all(router: Router, rows: list[Row], progress: Callable[[int, int], None]) -> list[Asked]:
    """Every prompt in turn, over plain HTTP as any client would. The answer to one is in the cache for the next."""
    asked: list[Asked] = []
    async with aiohttp.ClientSession() as session:
        for number, prompt in enumerate(PROMPTS, 1):
            progress(number, len(PROMPTS))
            started = perf_counter()
            url = f"{router.url}/v1/chat/completions"
            async with session.post(url, json=prompt.body(), headers=prompt.headers()) as response:
                raw = await response.read()
            took = perf_counter() - started
            if response.status != 200:
                raise RuntimeError(f"{prompt.ask!r} was answered {response.status}: {raw[:500]!r}")
            asked.append(Asked(prompt, rows[-1], took, text_of(raw, stream=prompt.stream)))
    return asked


async def demonstrate(progress: Callable[[int, int], None]) -> tuple[list[Asked], Price]:
    """The whole demo, and the prices of its large model."""
    rows: list[Row] = []

    def tell(record: Record) -> None:
        if isinstance(record, Row):
            rows.append(record)

    async with running(tell) as router:
        large = next(pool.price for pool in router.config.pools if pool.name == "large")
        return await ask_all(router, rows, progress), large


def text_of(raw: bytes, *, stream: bool) -> str:
    """What an answer says: its text, or the names of the tools it calls."""
    if not stream:
        message = msgspec.json.decode(raw)["choices"][0]["message"]
        calls = message.get("tool_calls") or ()
        return message["content"] or " ".join(call["function"]["name"] for call in calls)
    chunks = (msgspec.json.decode(line[6:]) for line in raw.split(b"\n\n") if line.startswith(b"data: {"))
    choices = (choice for chunk in chunks for choice in chunk.get("choices", ()))
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def stay(say: Callable[[str], None], until: asyncio.Event) -> None:
    """Keep engines and router up; `say` is told where."""
    async with running(lambda record: None) as router:
        say(f"{router.url}/v1")
        await until.wait()
