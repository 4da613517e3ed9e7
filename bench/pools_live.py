"""The same requests through the live router on loopback and through the simulator: do they choose the same servers?

    python bench/pools_live.py [--requests N] [--rate R] [--balance KIND] [--json]

Conversations that grow, streamed, before eight of the fake engines that ship, whose model of prefill, decode and prefix
cache is the simulator's too. The simulation gets the times at which the live router was really asked. Writes
bench/results/pools_live.json, unless --requests asks for a try.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from tables import command

from wrp_policies import BalancingSpec, Static
from wrp_router.build import Router
from wrp_router.build.rooms import assemble
from wrp_router.cli.progress import Bar
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile
from wrp_router.flow import Ask
from wrp_router.record import Record, Row
from wrp_router.sim import Simulation
from wrp_router.sim.engine import SimEngine
from wrp_router.wire.body import decode
from wrp_router.wire.view import view_of

RESULTS = Path(__file__).parent / "results" / "pools_live.json"
MODEL, SERVERS, REQUESTS, RATE = "fake", 8, 2000, 25.0
PROFILE = Profile(prefill_tokens_per_s=20_000, decode_tokens_per_s=400, base_ttft=0.02, kv_blocks=8_000)
Sent = list[tuple[float, bytes]]


def asked(count: int, rate: float) -> Sent:
    """(when, body): a tenth as many conversations as requests, a thousand words and more each turn, ten turns each."""
    chance = random.Random(7)
    talks: list[list[dict[str, str]]] = [[] for _ in range(max(1, count // 10))]
    sent, at = [], 0.0
    for _ in range(count):
        at += chance.expovariate(rate)
        number = chance.randrange(len(talks))
        talk = talks[number]
        if len(talk) >= 20:
            talk.clear()
        talk.append({"role": "user", "content": f"{number} {chance.random()} " + "word " * chance.randrange(200, 900)})
        body = {"model": MODEL, "messages": talk, "stream": True, "max_tokens": 16}
        sent.append((at, msgspec.json.encode(body | {"stream_options": {"include_usage": True}})))
        talk.append({"role": "assistant", "content": f"answer {chance.random()}"})
    return sent


def config(urls: list[str], balance: BalancingSpec) -> Config:
    servers = tuple(ServerConfig(url, f"s{number}") for number, url in enumerate(urls))
    pool = PoolConfig("pool", servers, MODEL, engine="vllm", balance=balance)
    return Config(1, (pool,), routes=(RouteConfig("all", Static(("pool",))),), listen="127.0.0.1:0")


async def live(sent: Sent, balance: BalancingSpec, bar: Bar) -> tuple[list[float], dict[str, Row]]:
    """When each request was sent, in seconds from the first; and the rows by request id."""
    rows: dict[str, Row] = {}

    def watch(record: Record) -> None:
        if isinstance(record, Row):
            rows[record.request_id] = record

    async with AsyncExitStack() as stack:
        engines = [FakeEngine([MODEL], profile=PROFILE) for _ in range(SERVERS)]
        for engine in engines:
            await stack.enter_async_context(engine)
        router = await stack.enter_async_context(
            Router(config([engine.url for engine in engines], balance), watchers=[watch])
        )
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        loop = asyncio.get_running_loop()
        begun, times, tasks = loop.time(), [], []

        async def ask(number: int, raw: bytes) -> None:
            headers = {"content-type": "application/json", "x-request-id": f"r{number}"}
            async with http.post(f"{router.url}/v1/chat/completions", data=raw, headers=headers) as answer:
                await answer.read()

        for number, (at, raw) in enumerate(sent):
            await asyncio.sleep(max(0.0, begun + at - loop.time()))
            times.append(loop.time() - begun)
            tasks.append(asyncio.create_task(ask(number, raw)))
            bar("live", number / len(sent))
        await asyncio.gather(*tasks)
        await asyncio.sleep(0.2)
    return times, rows


def simulated(sent: Sent, times: list[float], balance: BalancingSpec) -> dict[str, Row]:
    """The rows of the same requests at those times, by request id."""
    parts = assemble(config([f"http://127.0.0.1:{9000 + n}" for n in range(SERVERS)], balance))
    engines = {("pool", f"s{number}"): SimEngine(PROFILE) for number in range(SERVERS)}
    sim = Simulation(parts.rooms, parts.fleet, engines, parts.signals, parts.materials.embedders())
    for number, ((_, raw), at) in enumerate(zip(sent, times, strict=True)):
        body = decode("chat", raw)
        view = view_of(body, tenant="local", session="", headers={}, time=1e9 + at)
        tokens = parts.rooms.calibration.tokens(view)
        ask = Ask(
            f"d{number}", f"r{number}", view, arrived=at, time=1e9 + at, deadline=at + 600.0, prompt_tokens=tokens
        )
        sim.arrive(ask, body.tree)
    return {reply.row.request_id: reply.row for reply in sim.run() if reply.row is not None}


def compared(real: dict[str, Row], modelled: dict[str, Row]) -> dict[str, Any]:
    same = sum(real[name].outcomes[-1].server == modelled[name].outcomes[-1].server for name in real)
    told: dict[str, Any] = {"requests": len(real), "same_server": same / len(real)}
    for side, rows in (("live", real), ("simulated", modelled)):
        outcomes = [row.outcomes[-1] for row in rows.values()]
        tokens = sum(outcome.tokens_in for outcome in outcomes)
        told[side] = {
            "hit_ratio": sum(outcome.tokens_cached for outcome in outcomes) / tokens,
            "ttft_p50_s": statistics.median(outcome.ttft for outcome in outcomes),
            "failed": sum(not outcome.ok for outcome in outcomes),
        }
    for name in ("hit_ratio", "ttft_p50_s"):
        told[f"{name}_off"] = told["simulated"][name] / told["live"][name] - 1.0
    return told


def main() -> int:
    parser = command(__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second")
    parser.add_argument("--balance", default="adaptive", help="the kind of policy")
    options = parser.parse_args()
    balance: BalancingSpec = msgspec.convert({"kind": options.balance}, BalancingSpec)
    bar, sent = Bar(), asked(options.requests, options.rate)
    times, real = asyncio.run(live(sent, balance, bar))
    bar.end()
    told = {"balance": options.balance, "rate": options.rate} | compared(real, simulated(sent, times, balance))
    if options.requests == REQUESTS:
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    print(json.dumps(told, indent=1) if options.json else "\n".join(f"{name:16s} {told[name]}" for name in told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
