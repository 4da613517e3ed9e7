"""Where requests come from."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from wrp_router.live.sources import FORWARDED, Sources, counted

KNOWN = Sources(("10.0.0.0/8", "::1", "192.0.2.7"))


class Peer(asyncio.BaseTransport):
    """A connection of this address."""

    def __init__(self, peer: Any) -> None:
        super().__init__({"peername": peer})


@pytest.mark.parametrize(
    ("address", "as_"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2:1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nowhere", "nowhere"),
        ("", ""),
    ],
)
def test_what_counts_as_one(address: str, as_: str):
    """Who has one address of IPv6 has 2^64."""
    assert counted(address) == as_


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        (("192.0.2.1", 80), "192.0.2.1"),
        (("10.1.2.3", 80), ""),
        (("::ffff:10.1.2.3", 80, 0, 0), ""),
        (("2001:db8::1", 80, 0, 0), "2001:db8::/64"),
        ("", ""),
        (None, ""),
    ],
)
def test_connections(peer: Any, source: str):
    """Those of proxies, and of sockets without addresses, are not counted apart."""
    assert KNOWN.of_connection(Peer(peer)) == source


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("192.0.2.1", ["198.51.100.1"], "192.0.2.1"),  # a stranger may say what it likes
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),  # what its client said is not believed
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1,192.0.2.7"], "198.51.100.1"),  # two lines are one list
        ("10.0.0.1", ["203.0.113.9, garbage, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (None, ["198.51.100.1"], ""),
    ],
)
def test_requests(peer: str | None, forwarded: list[str], source: str):
    """The last that a known proxy names and that is none."""
    assert KNOWN.of_request(peer, [("host", "a"), *[(FORWARDED, one) for one in forwarded]]) == source


def test_without_proxies():
    """Nobody is believed."""
    assert Sources().of_request("10.0.0.1", [(FORWARDED, "198.51.100.1")]) == "10.0.0.1"
    assert Sources().of_connection(Peer(("10.0.0.1", 1))) == "10.0.0.1"
