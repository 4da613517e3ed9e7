"""What no router can know: every engine's true queue and true cache at this instant. A row to measure others by."""

from __future__ import annotations

import random

import msgspec

from wrp_policies import Balancing, Pool
from wrp_policies.balancing.adaptive import Adaptive, priced, too_late
from wrp_policies.balancing.loads import loads_on
from wrp_policies.balancing.ranking import cheapest_first
from wrp_policies.balancing.spec import Wants
from wrp_policies.filters import usable_servers
from wrp_policies.unlearned import Unlearned
from wrp_router.sim.batching import Engine
from wrp_signals.facts import Facts

from .sites import NEVER, Sites


class Clairvoyant(Unlearned):
    """The rule of `adaptive`, in the light of the truth. It does not know who comes next."""

    __slots__ = ("_sites", "_spec")

    def __init__(self, sites: Sites, spec: Adaptive) -> None:
        self._sites = sites
        sites.watched = True
        self._spec = spec

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers = usable_servers(pool)
        sites = [self._sites.named[server.name] for server in servers]
        waits = [wait(site.engine, now) for site in sites]
        works = [seconds(site.engine, uncached(site.engine, facts)) for site in sites]
        whole = seconds(sites[0].engine, facts.prompt_tokens)
        late = too_late(waits, works, self._spec.slo_ttft)
        costs = priced(waits, works, whole, self._spec.price, late) if False in late else [-one for one in waits]
        costs = [cost if site.up else NEVER for cost, site in zip(costs, sites, strict=True)]
        return cheapest_first(servers, costs, loads_on(servers), pool.turn)


class Clairvoyance(msgspec.Struct, frozen=True):
    """Takes part in a trial: what `adaptive` so configured would do if it knew."""

    spec: Adaptive

    def wants(self) -> Wants:
        """It sees for itself."""
        return "nothing"

    def made(self, sites: Sites) -> Balancing:
        return Clairvoyant(sites, self.spec)


def wait(engine: Engine, now: float) -> float:
    """Seconds until all prompts that it has are computed, from now on. Its books may be of a time before."""
    return max(0.0, engine.clock - now + seconds(engine, engine.backlog))


def uncached(engine: Engine, facts: Facts) -> int:
    """Tokens of the prompt that it does not have."""
    memory = engine.memory
    return max(1, facts.prompt_tokens - memory.find(facts.prefix)[0] * memory.block_tokens)


def seconds(engine: Engine, tokens: int) -> float:
    """To compute so many tokens of prompts beside those that decode."""
    pace, running = engine.hardware.pace, len(engine)
    whole, rest = divmod(tokens, max(1, engine.hardware.batch_tokens - running))
    full = pace.seconds(engine.hardware.batch_tokens, running, 0.0, 0.0)
    return whole * full + (pace.seconds(rest, running, 0.0, 0.0) if rest else 0.0)
