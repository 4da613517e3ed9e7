"""Addresses and URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.config.address import host_and_port, is_loopback, server_name, split_address, split_url


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:65535", ("::1", 65535)),
        ("router.example:80", ("router.example", 80)),
        ("127.0.0.1", None),
        (":8080", None),
        ("host:65536", None),
        ("[host]:80", None),
        ("[dead]:80", None),
        ("::1:80", None),
        ("http://host:80", None),
        ("host:80\n", None),
        ("", None),
    ],
)
def test_addresses(text: str, parts: tuple[str, int] | None) -> None:
    """host:port, IPv6 in brackets, nothing else."""
    assert split_address(text) == parts


@pytest.mark.parametrize(("host", "so"), [("localhost", True), ("127.8.9.1", True), ("::1", True), ("0.0.0.0", False)])
def test_loopback(host: str, so: bool) -> None:
    """Only what other machines cannot reach."""
    assert is_loopback(host) is so
    assert not is_loopback("example.com")
    assert not is_loopback("::")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://h", "h:80"),
        ("https://h", "h:443"),
        ("http://H:8000/", "h:8000"),
        ("http://[::1]:8000/base/", "[::1]:8000/base"),
        ("nonsense", "nonsense"),
    ],
)
def test_names(url: str, name: str) -> None:
    """The same server has the same name, however it is written."""
    assert server_name(url) == name


@pytest.mark.parametrize(
    "url", ["h:80", "ftp://h", "http://", "http://h:0", "http://h:99999", "http://[::1", "http://a b"]
)
def test_not_urls(url: str) -> None:
    """Only http and https with a host that can be connected to."""
    assert split_url(url) is None


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    """Never raises."""
    for url in (text, f"http://{text}"):
        parts = split_url(url)
        assert parts is None or host_and_port(parts)
    split_address(text)
