"""From the configuration to the terms on which heads of requests are accepted: keys, headers, the longest waits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from wrp_router.config.structs import Config, KeyConfig, KeysRedis
from wrp_router.live.audit import Audit
from wrp_router.live.guessing import Guesses
from wrp_router.live.issued import IssuedKeys
from wrp_router.live.key_file import KeyFile
from wrp_router.live.preamble import Terms
from wrp_router.live.sources import Sources
from wrp_router.live.tenants import Caller, Issues, Tenants
from wrp_signals.header import headers_wanted

from .stores import server_of

if TYPE_CHECKING:
    from wrp_router.live.key_server import KeyServer


def terms_of(config: Config, secret: bytes, issued: Issues | None = None) -> Terms:
    """`secret` keys the names of tenants that no key was declared for; `issued`: keys that come and go."""
    return Terms(
        tenants=_tenants(config, secret, issued),
        headers=config.limits.headers,
        visible=frozenset(name.lower() for name in config.headers) | headers_wanted(config.signals.values()),
        longest=longest_of(config),
        audit=Audit(config.log.audit) if config.log.audit is not None else None,
        sources=Sources(config.clients.proxies),
        guesses=Guesses(config.clients.wrong_keys) if config.keyed else None,
        tells=("vsr",) if config.telemetry.vsr_headers else (),
    )


def longest_of(config: Config) -> tuple[float, float]:
    """Seconds of an answer and of a stream, the longest of all pools: which of them answers is not known yet."""
    own = [pool.timeouts.over(config.timeouts) for pool in config.pools if pool.timeouts is not None]
    known = [config.timeouts, *own]
    return max([one.total for one in known]), max([one.stream for one in known])


def _tenants(config: Config, secret: bytes, issued: Issues | None) -> Tenants:
    known = {digest: _caller(entry) for entry in config.keys if (digest := _digest(entry)) is not None}
    return Tenants(known, secret, issued)


def _caller(entry: KeyConfig) -> Caller:
    return Caller(entry.tenant, entry.admin, entry.priority, entry.max_priority or entry.priority)


def _digest(entry: KeyConfig) -> bytes | None:
    if entry.key is not None:
        return hashlib.sha256(entry.key.reveal().encode()).digest()
    return bytes.fromhex(entry.sha256) if entry.sha256 is not None else None


def issued_of(config: Config) -> IssuedKeys | None:
    """The keys that are made and revoked while the router runs. Raises ModuleNotFoundError for want of a library."""
    if config.keys_redis is not None:
        return IssuedKeys(
            key_server(config.keys_redis), config.keys_redis.pepper.reveal().encode(), config.keys_redis.every
        )
    file = config.keys_file
    return None if file is None else IssuedKeys(KeyFile(Path(file.path)), file.pepper.reveal().encode(), file.every)


def key_server(config: KeysRedis) -> KeyServer:
    """Raises ModuleNotFoundError for want of a library, which is imported here: who does not use it shall not wait."""
    from wrp_router.live.key_server import KeyServer

    return KeyServer(server_of(config), config.namespace, config.deadline)
