"""Stores that outlive the router: what they need to be found again, and who else may read them."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import SplitResult

from .address import is_loopback
from .checked import Checked
from .problems import Place
from .stores import RedisServer, RedisStore, split_redis


def archives(checked: Checked) -> None:
    """They have the secret by which answers are found again, and memory within the cache's."""
    cache = checked.config.cache
    if cache is None or cache.store == "memory":
        return
    at = checked.at(cache, "store")
    if checked.config.secret is None and not checked.is_set(checked.config, "secret"):
        message = "without a secret, which is another at each start then, kept answers are not found again"
        checked.problems.add(at, "E046", message, "add secret: ${WRP_SECRET}, beside version")
    if cache.store.memory >= cache.max_bytes:
        message = "memory takes all of max_bytes: nothing is left for what is known of answers elsewhere"
        checked.problems.add(checked.at(cache.store, "memory"), "E046", message, "lower memory, or raise max_bytes")
    if isinstance(cache.store, RedisStore):
        server(checked, cache.store, "answers and the password")


def server(checked: Checked, store: RedisServer, what: str) -> None:
    """It can be reached, and nobody else hears `what` is sent to it."""
    at = checked.at(store, "url")
    if find_spec("redis") is None:
        message = "redis wants a library that is not installed"
        checked.problems.add(checked.at(store), "E046", message, "pip install 'wrp-router[redis]'")
    parts = split_redis(store.url)
    if parts is None:
        message = "this is not a redis:// or rediss:// URL with a host"
        checked.problems.add(at, "E042", message, "write it like rediss://cache.example:6379/0")
        return
    url = parts[0]
    if url.username is not None or url.password is not None:
        checked.problems.add(
            at, "E043", "a URL must not hold a user name or password", "use user: and password: ${NAME}"
        )
    elif url.query or url.fragment:
        checked.problems.add(at, "E042", "a URL here has no query and no fragment", "remove what follows the path")
    _secrecy(checked, store, url, at, what)


def _secrecy(checked: Checked, store: RedisServer, url: SplitResult, at: Place, what: str) -> None:
    tls = url.scheme == "https"
    if not tls and store.ca is not None:
        checked.problems.add(checked.at(store, "ca"), "E046", "ca is for rediss://", "take out ca, or use rediss://")
    if not tls and not is_loopback(url.hostname or ""):
        checked.problems.add(at, "W009", f"{what} go to another machine in the clear")
