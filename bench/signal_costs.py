"""What signals cost: microseconds of a reading, milliseconds of an embedding, lag of the event loop, memory, start."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench.undisturbed import Core
from wrp_router.cli.candidate import KINDS, materials_for
from wrp_router.config.structs import EmbedderConfig
from wrp_router.flow import Read
from wrp_router.live.batcher import Batcher
from wrp_router.live.reading import ReadingRoom
from wrp_signals import Embedder, Materials, Message, RequestView, Signal, SignalError, SignalSpec
from wrp_signals.once import afresh

WORD = "route "  # one token
SENTENCE = "The quick brown fox, 123 jumps over the lazy dog; what then? "
CONTACT = "Mail ann@example.com, or call +1 212 555 0199. "
PATTERNS = (
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b[\w.+-]+@[\w-]+\.\w{2,}\b",
    r"sk-[A-Za-z0-9]{20,}",
    r"(?i)ignore .{0,20}rules",
)
NEEDED: dict[str, dict[str, Any]] = {
    "keyword": {"words": [f"word{n}" for n in range(100)], "regex": PATTERNS},
    "bm25": {"terms": {f"word{n}": 1.0 for n in range(20)}},
    "embedding": {"examples": [f"example {n}" for n in range(50)]},
    "load": {"pool": "small"},
    "header": {"name": "user-agent"},
    "tenant": {"groups": {"ours": ["local"]}},
    "schedule": {"windows": ["mon-fri 09:00-17:00"], "zone": "UTC"},
}
"""What kinds are declared with, where their kind alone will not do."""

REQUEST = (
    *("shape", "tokens", "turn", "session", "phase", "output", "warmth", "schedule", "load", "header", "tenant"),
    *("modality", "keyword", "pii"),
)
"""The signals of the row "request shape + keyword + PII + tokens": all that read no vector and no weights."""

RATE, SECONDS = 200, 8
CORE = Core()


def view(size: int, contact: str = CONTACT) -> RequestView:
    """A chat request with a short system prompt and `size` characters asked, an address and a number among them."""
    asked = (contact + SENTENCE * (size // len(SENTENCE) + 1))[:size]
    messages = (Message("system", "You are a helpful assistant. Answer briefly."), Message("user", asked))
    return RequestView("chat", "auto", messages, size=size + 200, headers={"user-agent": "openai-python/3.52"})


def signals(materials: Materials, tier: str) -> tuple[dict[str, Signal], dict[str, str]]:
    """Every kind, declared simply and built; and why those that are not there could not be."""
    built: dict[str, Signal] = {}
    missing: dict[str, str] = {}
    for kind, spec in KINDS.items():
        if spec.wants_vector and tier == "none":
            continue
        try:
            built[kind] = declared(kind, tier if spec.wants_vector else "").build(materials)
        except (msgspec.ValidationError, SignalError, OSError) as error:
            missing[kind] = str(error)
    return built, missing


def declared(kind: str, tier: str) -> SignalSpec:
    tree = {"kind": kind, **NEEDED.get(kind, {})}
    if tier and "tier" in KINDS[kind].__struct_fields__:
        tree["tier"] = tier
    spec: SignalSpec = msgspec.convert(tree, SignalSpec)
    return spec


def p50(call: Callable[..., object], rounds: int, one: RequestView | None = None) -> float:
    """Median microseconds of single calls while nobody else is on the core, after a warm-up; each with a copy of `one`,
    where it takes a view: nothing that was worked out of it before may serve again."""

    def given(number: int) -> tuple[RequestView, ...]:
        return () if one is None else (afresh(one),)

    for number in range(3):
        call(*given(number))
    return CORE.p50(lambda what: call(*what), rounds, given)


def yardstick() -> float:
    """Microseconds of a sum of 5,000 numbers: about 60 on an ordinary machine."""
    return p50(lambda: sum(range(5_000)), 200)


def readings(materials: Materials) -> dict[str, dict[str, float]]:
    """Kind -> median microseconds at 1 KB, 100 KB and 32k tokens, without the embedding."""
    table: dict[str, dict[str, float]] = {}
    sizes = {"1 KB": (view(1_000), 300), "100 KB": (view(100_000), 20), "32k tokens": (view(130_000), 20)}
    for tier in ("none", "static", "model"):
        embedder = {"none": None, "static": materials.static, "model": materials.model}[tier]
        if tier != "none" and embedder is None:
            continue
        vector = None if embedder is None else embedder.embed([SENTENCE])[0]
        for kind, signal in signals(materials, tier)[0].items():
            if signal.tier == tier:
                name = kind if tier == "none" else f"{kind}, {tier}"
                table[name] = {
                    size: round(p50(partial(signal.read, vector=vector), rounds, one), 2)
                    for size, (one, rounds) in sizes.items()
                }
    return table


def together(materials: Materials) -> dict[str, float]:
    """The rows of several signals at once, p50 in microseconds."""
    cheap, _ = signals(materials, "none")
    chosen = [cheap[kind] for kind in REQUEST if kind in cheap]
    views = {"request_us": view(1_000), "harmless_us": view(1_000, contact="")}
    rows = {row: p50(lambda one: [signal.read(one, None) for signal in chosen], 500, one) for row, one in views.items()}
    if materials.static is not None:
        static = materials.static
        domain = signals(materials, "static")[0].get("domain")
        message = view(0)
        message = msgspec.structs.replace(message, messages=(Message("user", text_of(64)),))

        def read(one: RequestView) -> None:
            vector = static.embed([one.asked()])[0]
            for signal in chosen:
                signal.read(one, None)
            if domain is not None:
                domain.read(one, vector)

        rows["static_domain_us"] = p50(read, 500, message)
    return rows


def text_of(tokens: int) -> str:
    """A text of so many tokens, the two special ones included."""
    return WORD * (tokens - 2)


def embedding(embedder: Embedder, rounds: int = 60) -> dict[str, float]:
    """Milliseconds of one text, and texts a second in batches."""
    found = {f"{size}_ms": p50(partial(embedder.embed, [text_of(size)]), rounds) / 1e3 for size in (16, 128)}
    found["32k_ms"] = p50(partial(embedder.embed, [SENTENCE * 1_300]), 10) / 1e3
    return found | {"texts_per_s": 32e6 / p50(partial(embedder.embed, [text_of(16)] * 32), 12)}


async def lag(materials: Materials, tier: str) -> dict[str, float]:
    """How late the event loop is, in milliseconds, while it reads every signal of RATE requests a second."""
    every, _ = signals(materials, "none")
    every |= signals(materials, tier)[0]
    batcher = Batcher(materials.model) if tier == "model" and materials.model is not None else None
    room = ReadingRoom(every, materials.static, batcher)
    draw, late, names = random.Random(0), list[float](), tuple(every)

    async def ticks() -> None:
        due = time.perf_counter()
        while True:
            due += 0.001
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            late.append(max(0.0, time.perf_counter() - due))
            due = max(due, time.perf_counter())

    async def request() -> None:
        asked = " ".join(draw.choices(SENTENCE.split(), k=10))
        found = room.reader().read(Read(RequestView("chat", "auto", (Message("user", asked),), size=200), names, 1.0))
        if asyncio.iscoroutine(found):
            await found

    ticking = asyncio.ensure_future(ticks())
    running = set()
    for _ in range(RATE * SECONDS):
        task = asyncio.ensure_future(request())
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.sleep(draw.expovariate(RATE))
    await asyncio.gather(*running)
    ticking.cancel()
    room.close()
    if batcher is not None:
        batcher.close()
    unknown = sum(room.unknown.values())
    return {"p50_ms": percentile(late, 50), "p99_ms": percentile(late, 99), "unknown": unknown}


def percentile(seconds: list[float], point: float) -> float:
    return float(np.percentile(seconds, point)) * 1e3


def added(tier: str) -> dict[str, float]:
    """Seconds and megabytes that a tier and its signals add to this process, which has imported everything."""
    before, started = resident(), time.perf_counter()
    materials = materials_for(KINDS["domain"](tier=tier), EmbedderConfig())
    built, _ = signals(materials, tier)
    took = time.perf_counter() - started
    embedder = materials.static if tier == "static" else materials.model
    if embedder is None:
        return {}
    for size in (100, 1_000, 10_000):
        vector = embedder.embed([view(size).asked()] * 8)[0]
        for signal in built.values():
            signal.read(view(size), vector)
    return {"start_s": took, "memory_mb": resident() - before}


def start(tier: str) -> dict[str, float]:
    """The same, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, tier], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def resident() -> float:
    """This process's resident memory in MB (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    print(json.dumps(added(sys.argv[1])))
