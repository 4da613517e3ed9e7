"""Addresses and keys: what is reachable by whom, and where requests and keys are sent."""

from __future__ import annotations

import hashlib
from ipaddress import ip_network

from wrp_router.wire.dialects import DIALECTS
from wrp_signals.facts import RANK

from .address import is_loopback, server_name, split_address, split_url
from .check_stores import server as check_server
from .checked import Checked
from .nodes import ListNode, Scalar
from .pools import MetricsConfig, ServerConfig
from .problems import Place, shown
from .scalars import said
from .structs import KeyConfig

_SHORTEST_KEY = 16


def listeners(checked: Checked) -> None:
    """Addresses can be listened on, differ, and are open to other machines only if there are keys."""
    config = checked.config
    found = [_listener(checked, name, getattr(config, name)) for name in ("listen", "admin")]
    if found[0] is not None and found[0] == found[1] and found[0][1] != 0:
        checked.problems.add(
            checked.at(config, "admin"), "E046", "listen and admin are the same address", "change one port"
        )


def _listener(checked: Checked, name: str, text: str | None) -> tuple[str, int] | None:
    config = checked.config
    if text is None:
        return None
    at = checked.at(config, name)
    address = split_address(text)
    if address is None:
        hint = f"write 0.0.0.0{text} for all interfaces" if text.startswith(":") else ""
        checked.problems.add(at, "E041", f"{_said(checked, config, name)} is not host:port", hint)
    elif not is_loopback(address[0]) and not _has_keys(checked):
        message = f"{name} is open to other machines, and there are no keys"
        checked.problems.add(at, "E040", message)
    return address


def proxies(checked: Checked) -> None:
    """Each is an address or a network."""
    clients = checked.config.clients
    for text in clients.proxies:
        try:
            ip_network(text, strict=False)
        except ValueError:
            message, hint = f"{text} is no address and no network", "write it like 10.0.0.7 or 10.0.0.0/8"
            checked.problems.add(checked.at(clients, "proxies"), "E013", message, hint)


def _has_keys(checked: Checked) -> bool:
    """Whether the file has keys, be they decoded or not."""
    if any(checked.is_set(checked.config, name) for name in ("keys_file", "keys_redis")):
        return True
    keys = checked.places.field(checked.config, "keys")
    return bool(keys.items) if isinstance(keys, ListNode) else keys is not None


def servers(checked: Checked) -> None:
    """Server URLs can be used, and no pool has a server twice."""
    for server in checked.places.decoded(ServerConfig):
        _url(checked, server, "url", server.url, checked.at(server, "url"))
    for pool in checked.config.pools:
        urls: dict[str, Place] = {}
        names: dict[str, Place] = {}
        for server in pool.servers:
            at = checked.at(server, "url")
            _once(checked, urls, server_name(server.url), at, f"this server is in pool {shown(pool.name)} twice")
            if server.name is not None:
                message = f"two servers of pool {shown(pool.name)} have the name {shown(server.name)}"
                _once(checked, names, server.name, checked.at(server, "name"), message)


def _once(checked: Checked, seen: dict[str, Place], key: str, at: Place, message: str) -> None:
    first = seen.get(key)
    if first is None:
        seen[key] = at
    else:  # an alias is where what it stands for is
        checked.problems.add(at, "E022", message, f"the first is at {first.file}:{first.line}; keep one")


def metrics(checked: Checked) -> None:
    """Servers are asked for their load only where their engine shows it."""
    for pool in checked.config.pools:
        if isinstance(pool.metrics, MetricsConfig) and pool.engine not in DIALECTS:
            message = f"the metrics of an engine of kind {shown(pool.engine)} are not known"
            hint = f"remove metrics:, or say which engine it is: {', '.join(DIALECTS)}"
            checked.problems.add(checked.at(pool, "metrics"), "E046", message, hint)


def collector(checked: Checked) -> None:
    """The collector's URL can be used."""
    otel = checked.config.telemetry.otel
    if otel is not None:
        _url(checked, otel, "endpoint", otel.endpoint, checked.at(otel, "endpoint"))


def _url(checked: Checked, holder: object, name: str, url: str, at: Place) -> None:
    parts = split_url(url)
    if parts is None:
        what = "this" if "@" in url else _said(checked, holder, name)  # what is left of an @ may be a password
        checked.problems.add(at, "E042", f"{what} is not an http:// or https:// URL with a host")
    elif parts.username is not None or parts.password is not None:
        checked.problems.add(at, "E043", "a URL must not hold a user name or password")
    elif parts.query or parts.fragment:
        checked.problems.add(at, "E042", "a URL here has no query and no fragment", "remove what follows the path")
    elif isinstance(holder, ServerConfig) and parts.path.rstrip("/").endswith("/v1"):
        checked.problems.add(at, "E042", "the /v1 at the end is put there by the router", "remove /v1")


def _said(checked: Checked, holder: object, name: str) -> str:
    """The value as the file has it: what came out of a variable is not shown."""
    node = checked.places.field(holder, name) or checked.places.node(holder)
    return said(node) if isinstance(node, Scalar) else "this"


def keys(checked: Checked) -> None:
    """Every key is one key of one tenant, and not a short one."""
    seen: dict[str, KeyConfig] = {}
    for key in checked.config.keys:
        at = checked.at(key)
        if checked.is_set(key, "key") == checked.is_set(key, "sha256"):
            both = "both" if checked.is_set(key, "key") else "neither"
            checked.problems.add(at, "E044", f"a key has either key or sha256; this one has {both}")
        if key.key is None and key.sha256 is None:
            continue
        if key.max_priority is not None and RANK[key.max_priority] > RANK[key.priority]:
            message = f"max_priority is below priority, {key.priority}"
            checked.problems.add(checked.at(key, "max_priority"), "E046", message, "raise it, or take it out")
        first = seen.setdefault(_digest(key), key)
        if first is not key:
            line = checked.at(first).line
            checked.problems.add(at, "E044", f"the same key is on line {line}, for {shown(first.tenant)}")
        if key.key is not None and len(key.key.reveal()) < _SHORTEST_KEY:
            checked.problems.add(checked.at(key, "key"), "W006", f"a key of fewer than {_SHORTEST_KEY} characters")


def issued(checked: Checked) -> None:
    """Keys that come and go are in one place, which nobody else hears of, and their pepper is not a short one."""
    file, shared = checked.config.keys_file, checked.config.keys_redis
    for place in (file, shared):
        if place is not None and len(place.pepper.reveal()) < _SHORTEST_KEY:
            message = f"a pepper of fewer than {_SHORTEST_KEY} characters"
            checked.problems.add(checked.at(place, "pepper"), "W006", message)
    if shared is not None:
        check_server(checked, shared, "digests of keys, and the password,")
        if file is not None:
            message = "there is a keys_file, too, and which of them counts would be a guess"
            checked.problems.add(checked.at(checked.config, "keys_redis"), "E046", message, "keep one of them")


def _digest(key: KeyConfig) -> str:
    return key.sha256 or hashlib.sha256((key.key.reveal() if key.key else "").encode()).hexdigest()


def upstream_keys(checked: Checked) -> None:
    """Servers get the key that is meant for them."""
    for pool in checked.config.pools:
        if pool.send_key == "own" and pool.api_key is None and not checked.is_set(pool, "api_key"):
            hint = "add api_key: ${NAME}, or send_key: none"
            checked.problems.add(checked.at(pool, "send_key"), "E046", "send_key is own, and there is no api_key", hint)
        if pool.send_key == "client" and checked.config.keyed:
            message = f"the servers of {shown(pool.name)} get the keys that the router's tenants call with"
            checked.problems.add(checked.at(pool, "send_key"), "W008", message)
