"""Several processes behind one port: what they cannot have together, and what each has for itself."""

from __future__ import annotations

from collections.abc import Iterator

from .check_tenants import NO_LIMITS
from .checked import Checked
from .clients import Clients
from .stores import SqliteStore
from .structs import Config


def one_alone(config: Config) -> bool:
    """Whether something of it is for one process alone."""
    return config.cache is not None and isinstance(config.cache.store, SqliteStore)


def each_its_own(config: Config) -> Iterator[str]:
    """What several workers do not share."""
    if config.cache is not None and config.cache.store == "memory":
        yield "cached answers (store: {kind: redis} shares them)"
    if config.learned is None or config.learned.redis is None:
        yield "what policies learn and spend (learned: {redis: ...} shares it)"
    if any(pool.limit or any(server.limit for server in pool.servers) for pool in config.pools):
        yield "limits of servers (each worker lets in as many)"
    if config.accounts.redis is None and any(tenant.limits != NO_LIMITS for tenant in config.tenants):
        yield "limits of tenants (accounts: {redis: ...} shares them)"
    clients = config.clients
    if clients.connections or clients.each or clients.wrong_keys != Clients().wrong_keys:
        yield "clients.connections, clients.each and clients.wrong_keys (each worker lets in as many)"


def together(checked: Checked) -> None:
    """A file of answers is for one process; of the rest it is said what each worker has for itself."""
    config = checked.config
    if config.workers is None or config.workers == 1:
        return
    at = checked.at(config, "workers")
    if one_alone(config):
        message = "a SQLite file of answers is for one process, and there are several workers"
        checked.problems.add(at, "E046", message, "use store: {kind: redis}, or workers: 1")
    own = list(each_its_own(config))
    if own:
        checked.problems.add(at, "W016", f"each worker has its own: {'; '.join(own)}")
