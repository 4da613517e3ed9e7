"""From the configuration to the terms on which heads of requests are accepted: keys, headers, the longest waits."""

from __future__ import annotations

import hashlib

from wrp_router.config.structs import Config, KeyConfig
from wrp_router.live.preamble import Terms
from wrp_router.live.tenants import Caller, Tenants
from wrp_signals.header import headers_wanted


def terms_of(config: Config, secret: bytes) -> Terms:
    """`secret` keys the names of tenants that no key was declared for."""
    return Terms(
        tenants=_tenants(config, secret),
        headers=config.limits.headers,
        visible=frozenset(name.lower() for name in config.headers) | headers_wanted(config.signals.values()),
        longest=longest_of(config),
    )


def longest_of(config: Config) -> tuple[float, float]:
    """Seconds of an answer and of a stream, the longest of all pools: which of them answers is not known yet."""
    own = [pool.timeouts.over(config.timeouts) for pool in config.pools if pool.timeouts is not None]
    known = [config.timeouts, *own]
    return max([one.total for one in known]), max([one.stream for one in known])


def _tenants(config: Config, secret: bytes) -> Tenants:
    known = {digest: _caller(entry) for entry in config.keys if (digest := _digest(entry)) is not None}
    return Tenants(known, secret)


def _caller(entry: KeyConfig) -> Caller:
    return Caller(entry.tenant, entry.admin, entry.priority, entry.max_priority or entry.priority)


def _digest(entry: KeyConfig) -> bytes | None:
    if entry.key is not None:
        return hashlib.sha256(entry.key.reveal().encode()).digest()
    return bytes.fromhex(entry.sha256) if entry.sha256 is not None else None
