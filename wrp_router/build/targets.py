"""From the configured pools to where attempts go: an engine's address, its connections, the key it gets."""

from __future__ import annotations

from urllib.parse import urlsplit

from wrp_policies.balancing import Disaggregated
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.config.structs import Config
from wrp_router.live.target import KeyMode, Target
from wrp_router.live.upstream.origin import Origin
from wrp_router.wire.handing import HANDINGS, Place

from .rooms import name_of

LEAST_SECRET = 16
"""Characters of a key that is one. Engines that want none are often given `EMPTY`, `none` or `test`: words that answers
may have."""

SAYS_LOGPROBS = frozenset({"vllm", "sglang", "llama.cpp"})
"""Engines that give log-probabilities to whoever asks. Of others a pool says so itself (`abilities: [logprobs]`): some
refuse requests that ask."""


def targets_of(config: Config, secret: bytes = b"") -> dict[tuple[str, str], Target]:
    """Every server's, by pool and server; `secret` keys what tells tenants apart there. Needs a running loop."""
    guarded = config.keyed
    return {
        (pool.name, name_of(server)): _target(config, pool, server, guarded, secret)
        for pool in config.pools
        for server in pool.servers
    }


def _target(config: Config, pool: PoolConfig, server: ServerConfig, guarded: bool, secret: bytes) -> Target:
    """Without a word on keys: the pool's own if it has one; else the client's, unless that is a key to us."""
    mode: KeyMode = pool.send_key or ("own" if pool.api_key is not None else "none" if guarded else "client")
    key = pool.api_key.reveal() if pool.api_key is not None and mode == "own" else None
    anthropic = pool.engine == "anthropic"
    return Target(
        origin=Origin(server.url),
        key_mode=mode,
        authorization=f"Bearer {key}" if key is not None and not anthropic else None,
        api_key=key if anthropic else None,
        vendor=pool.engine in ("openai", "anthropic"),
        done_marker=pool.stream_end == "done",
        timeouts=pool.timeouts.over(config.timeouts) if pool.timeouts is not None else config.timeouts,
        handing=HANDINGS.get(pool.engine) if isinstance(pool.balance, Disaggregated) else None,
        logprobs=pool.engine in SAYS_LOGPROBS or "logprobs" in pool.abilities,
        unspoken=key.encode() if key is not None and len(key) >= LEAST_SECRET else b"",
        salts=secret if pool.kv_isolation == "tenant" else None,
        place=Place(urlsplit(server.url).hostname or "", server.bootstrap_port),
    )
