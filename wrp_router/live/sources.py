"""Where requests come from: addresses as they are counted by, and what proxies that are known say of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

FORWARDED = "x-forwarded-for"

Networks = tuple[IPv4Network | IPv6Network, ...]


@lru_cache(maxsize=4096)
def counted(address: str) -> str:
    """What an address is counted as. Whoever has one address of IPv6 has all of its /64. What is none is itself."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False))


class Sources:
    """`proxies` are addresses and networks. Without any, nothing that a client says of its address is believed."""

    __slots__ = ("_proxies",)

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self._proxies: Networks = tuple([ip_network(one, strict=False) for one in proxies])

    def of_connection(self, transport: asyncio.BaseTransport) -> str:
        """By which its connections are counted; "" for those of proxies, and where there is no address."""
        peer = transport.get_extra_info("peername")
        if not isinstance(peer, tuple) or not peer:
            return ""
        return "" if self._proxies and self._is_proxy(peer[0]) else counted(peer[0])

    def of_request(self, peer: str | None, pairs: Sequence[tuple[str, str]]) -> str:
        """Who sent it: the last that a known proxy names and that is none itself. `pairs` are its headers under
        lower-case names."""
        source = peer or ""
        if self._proxies and self._is_proxy(source):
            named = ",".join([value for name, value in pairs if name == FORWARDED]).split(",")
            for one in reversed(named):
                address = one.strip()
                if not _is_address(address):
                    break
                source = address
                if not self._is_proxy(source):
                    break
        return counted(source)

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            return any(parsed.ipv4_mapped in network for network in self._proxies)
        return any(parsed in network for network in self._proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
