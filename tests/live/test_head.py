"""What of a head is refused although it parses."""

from __future__ import annotations

import pytest
from aiohttp import HttpVersion10, HttpVersion11
from aiohttp.http import HttpVersion

from wrp_router.errors import RouterError
from wrp_router.live.head import check_head

PLAIN = [("host", "router:8080"), ("content-type", "application/json")]


def code_of(version: HttpVersion, pairs: list[tuple[str, str]], limit: int = 1000) -> str:
    """What is wrong with it, "" if nothing is."""
    try:
        check_head(version, dict(pairs), pairs, limit)
    except RouterError as error:
        return f"{error.status} {error.code}"
    return ""


@pytest.mark.parametrize(
    "host", ["", "router", "router:", "10.0.0.1:80", "[::1]", "[fe80::1]:8080", "a_b-c.example", "%41"]
)
def test_hosts(host: str):
    """Names, addresses, with and without a port; also none."""
    assert code_of(HttpVersion11, [("host", host)]) == ""


@pytest.mark.parametrize(
    "host", ["a b", "a/b", "a?b", "a#b", "a@b", "[::1", "::1", "a:b", "a:1:2", "ä", "\udcff", "a\\b", " a"]
)
def test_hosts_that_are_none(host: str):
    """RFC 9112 section 3.2."""
    assert code_of(HttpVersion11, [("host", host)]) == "400 invalid_host"


def test_versions():
    """1.1 and 1.0; a host is wanted by the parser, where it is wanted."""
    assert code_of(HttpVersion11, PLAIN) == code_of(HttpVersion10, PLAIN) == code_of(HttpVersion10, []) == ""
    assert code_of(HttpVersion(1, 0), PLAIN) == ""
    for version in (HttpVersion(0, 9), HttpVersion(2, 0), HttpVersion(1, 2)):
        assert code_of(version, PLAIN) == "400 malformed_http"


def test_codings():
    """`chunked`, in HTTP/1.1, and nothing else."""
    assert code_of(HttpVersion11, [*PLAIN, ("transfer-encoding", "Chunked")]) == ""
    assert code_of(HttpVersion10, [*PLAIN, ("transfer-encoding", "chunked")]) == "400 malformed_http"
    for coding in ("gzip, chunked", "identity", "", "chunked, chunked"):
        assert code_of(HttpVersion11, [*PLAIN, ("transfer-encoding", coding)]) == "400 malformed_http"


def test_size():
    """Names, values and what stands around them, of every line, whatever its name."""
    line = ("x", "a" * 95)
    assert code_of(HttpVersion11, [line] * 10) == ""
    assert code_of(HttpVersion11, [*[line] * 10, ("y", "")]) == "431 headers_too_large"
