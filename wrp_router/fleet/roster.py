"""Who is there: the pools and servers of a configuration, and the last picture of them. It judges nobody."""

from __future__ import annotations

from collections.abc import Sequence

from wrp_policies.types import Pools

from .lease import UnknownServer
from .pool import PoolState
from .reports import UNHEARD, Heard
from .spec import PoolSpec, refuse_namesakes
from .state import ServerState


class Roster:
    """`pools` by name, `servers` by pool and name, in the order configured."""

    __slots__ = ("_edition", "_stale", "_view", "pools", "servers")

    def __init__(self) -> None:
        self.pools: dict[str, PoolState] = {}
        self.servers: dict[tuple[str, str], ServerState] = {}
        self._stale: list[PoolState] = []
        self._view: Pools = ()
        self._edition = 0

    def at(self, pool: str, server: str) -> ServerState:
        """Raises UnknownServer."""
        try:
            return self.servers[pool, server]
        except KeyError:
            raise UnknownServer(f"{pool}/{server}") from None

    def heard(self) -> dict[tuple[str, str], Heard]:
        """What was said of servers, of those of which something was."""
        return {key: one.heard for key, one in self.servers.items() if one.heard is not UNHEARD}

    def view(self, now: float) -> Pools:
        """All pools as they stand. The same object as before when nothing changed."""
        if self._stale:
            for pool in self._stale:
                pool.refresh(now)
            self._stale.clear()
            self._view = tuple([pool.view for pool in self.pools.values()])
        return self._view

    def touch(self, server: ServerState) -> None:
        """Its picture is out of date."""
        if server.stale or server.gone:
            return
        server.stale = True
        home = server.home
        home.stale.append(server)
        if not home.listed:
            home.listed = True
            self._stale.append(home)

    def touch_all(self, pool: PoolState) -> None:
        """A breaker moved, or a server began or ceased to drain."""
        pool.reconsider()
        for server in pool.servers:
            self.touch(server)

    def replace(self, pools: Sequence[PoolSpec]) -> None:
        """A reload. A server that keeps pool, name and url keeps its state, and what is known of its cache; one that is
        gone finishes its leases. Raises ValueError, before anything changed, where names clash."""
        refuse_namesakes(pools)
        old_pools, old = self.pools, self.servers
        self.pools, self.servers = {}, {}
        self._edition += 1
        for spec in pools:
            pool = self.pools[spec.name] = PoolState(spec, self._edition)
            before = old_pools.get(spec.name)
            if before is not None:
                pool.inherit(before)
            for one in spec.servers:
                kept = old.get((spec.name, one.name))
                server = kept if kept is not None and kept.spec.url == one.url else ServerState(one, pool)
                server.adopt(one)
                pool.add(server)
                self.servers[spec.name, one.name] = server
            pool.reconsider()
            pool.listed = True
        for key, server in old.items():
            server.gone = self.servers.get(key) is not server
        self._stale = list(self.pools.values())
        self._view = ()
