"""Small trials: arrivals at given times, servers that are quick to compute with, and who is tried on them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import get_args

import msgspec

from tests.fleet.makers import kept_of
from wrp_policies import Balancing, BalancingSpec, Pool
from wrp_policies.balancing import Adaptive
from wrp_policies.balancing.spec import Wants
from wrp_policies.unlearned import Unlearned
from wrp_router.sim.batching import Hardware, Pace
from wrp_router.sim.traces import Arrival, Trace
from wrp_router.sim.trial import Clairvoyance, Contender, Policy, Setting, Trial
from wrp_router.sim.trial.sites import Sites
from wrp_signals.facts import Facts

SERVER = Hardware(Pace(overhead=0.01, token=1e-4), kv_tokens=4096, batch_tokens=512, latency=0.005, price_per_hour=3.6)
"""Ten milliseconds an iteration, ten thousand prompt tokens a second."""

BLOCK = 16

KINDS = {str(spec.__struct_config__.tag): spec for spec in get_args(BalancingSpec)}
NAMES = [*KINDS, "clairvoyant"]


def policy(name: str) -> Policy:
    """A kind with its defaults."""
    if name == "clairvoyant":
        return Clairvoyance(Adaptive())
    return Contender(KINDS[name]())


class InOrder(Unlearned):
    """The servers as they are named, or as told: the first that is up."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.seen: list[Pool] = []

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        self.seen.append(pool)
        up = [server.name for server in pool.servers if server.up]
        return tuple([name for name in self.names if name in up] + [name for name in up if name not in self.names])


class Made(msgspec.Struct, frozen=True):
    """Takes part with what this makes, once for each router."""

    make: Callable[[], Balancing]

    def wants(self) -> Wants:
        return "caches"

    def made(self, sites: Sites) -> Balancing:
        return self.make()


def always(policy: Balancing) -> Policy:
    """This very object, for the only router there is."""
    return Made(lambda: policy)


def arrivals(count: int, rate: float = 20.0, seed: int = 1, output: int = 8) -> Trace:
    """Requests of 8 beginnings of 4 blocks each, and up to 6 blocks of their own."""

    def begin() -> Iterator[Arrival]:
        rng = random.Random(seed)
        at = 0.0
        for number in range(count):
            at += rng.expovariate(rate)
            head, own = rng.randrange(8), rng.randrange(1, 7)
            blocks = tuple(range(head * 4, head * 4 + 4)) + tuple(1000 + 10 * number + n for n in range(own))
            size = len(blocks) * BLOCK - rng.randrange(BLOCK)
            yield Arrival(at, size, rng.randrange(1, 2 * output), blocks, f"talk{head}", "t")

    return Trace("made", BLOCK, begin)


def at(times: Iterable[float], prompt: int = 100, output: int = 5, adapter: str = "") -> Trace:
    """Requests that share nothing, at these times."""
    made = [
        Arrival(time, prompt, output, tuple(range(100 * n, 100 * n + -(-prompt // BLOCK))), adapter=adapter)
        for n, time in enumerate(times)
    ]
    return Trace("at", BLOCK, lambda: iter(made))


def setting(servers: int = 3, **more: object) -> Setting:
    """So many equal servers."""
    return Setting(**({"hardware": (SERVER,) * servers, "block_tokens": BLOCK} | more))  # type: ignore[arg-type]


def over(trial: Trial, count: int) -> None:
    """Every arrival ended exactly once, and nothing is left of any: not at the routers, not in the engines."""
    results = trial.results
    ended = sorted([*results.column("number").tolist(), *results.lost("number").tolist()])
    assert ended == list(range(count))
    for router in trial.routers:
        assert router.fleet.in_flight() == 0
        for server in router.fleet.snapshot(trial.sites.now)[0].servers:
            state = kept_of(router.fleet, "pool", server.name)
            assert (state.in_flight, state.prefill.ours) == (0, 0)
    for site in trial.sites.all:
        assert (len(site.engine), site.engine.backlog, site.engine.memory.held) == (0, 0, 0)
