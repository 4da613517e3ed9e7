"""From the configuration to the servers that clients connect to, and how many of them there is a place for."""

from __future__ import annotations

import resource
from collections.abc import Callable
from contextlib import suppress

from wrp_router.config.clients import Clients
from wrp_router.config.structs import Config
from wrp_router.live.gateway import Gateway
from wrp_router.live.lean import Door
from wrp_router.live.places import Places, affordable, files_for
from wrp_router.live.seating import Reception
from wrp_router.live.server import StrictServer
from wrp_router.live.sources import Sources
from wrp_router.live.vitals import Vitals

ADMINS = 64
"""Connections of the admin listener: whoever looks after the router gets in, however full it is."""

MOST_FILES = 1 << 20
"""Open files beyond which no more are asked for."""


SetLimits = Callable[[int, tuple[int, int]], None]
"""`resource.setrlimit`: which limit, and the soft and the hard one."""


class TooFewFiles(Exception):
    """The system allows fewer open files than the configured connections need."""


def reception_of(clients: Clients) -> Reception:
    """Places for as many as are configured, or as there are files for."""
    return Reception(Places(clients.connections or affordable(files_allowed()), clients.each), Sources(clients.proxies))


def server_of(gateway: Gateway, config: Config, reception: Reception, vitals: Vitals) -> StrictServer:
    """For the API. Needs a running loop."""
    server = StrictServer(gateway.handle, config.clients, reception, vitals, gateway.malformed)
    if config.http == "lean":
        server.door = Door(gateway, server.strict, reception)
    return server


def admin_server_of(gateway: Gateway, config: Config) -> StrictServer:
    """For whoever runs the router."""
    return StrictServer(gateway.handle, config.clients, Reception(Places(ADMINS)), malformed=gateway.malformed)


def files_of(limit: int) -> int:
    """How many open files such a limit of the system means: infinity is a number, which is -1 on Linux."""
    return MOST_FILES if limit == resource.RLIM_INFINITY else limit


def files_allowed() -> int:
    """How many open files this process may have now."""
    return files_of(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def raise_files(clients: Clients, set_limits: SetLimits = resource.setrlimit) -> int:
    """Takes as many open files as this process may have, and says how many connections there is a place for then.
    Raises TooFewFiles where that is less than is configured."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = min(files_of(hard), MOST_FILES)
    if files_allowed() < wanted:
        with suppress(ValueError, OSError):  # no limit at all can still be more than the kernel gives to one process
            set_limits(resource.RLIMIT_NOFILE, (wanted, hard))
    files = files_allowed()
    if files < files_for(clients.connections) and clients.connections:
        raise TooFewFiles(
            f"clients.connections: {clients.connections} need {files_for(clients.connections)} open files, and "
            f"this process may have {files}: raise `ulimit -Hn`, or set it to at most {affordable(files)}"
        )
    return clients.connections or affordable(files)
