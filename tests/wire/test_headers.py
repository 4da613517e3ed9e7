"""Facts about which headers cross the router."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.headers import is_safe, request_id, to_client, to_upstream

SENT = [
    ("Host", "router"),
    ("Content-Type", "application/json"),
    ("Content-Length", "5"),
    ("Accept-Encoding", "gzip"),
    ("Authorization", "Bearer caller"),
    ("X-Api-Key", "caller"),
    ("Cookie", "a=b"),
    ("X-WRP-Session", "s"),
    ("X-Forwarded-For", "1.2.3.4"),
    ("Forwarded", "for=1.2.3.4"),
    ("X-Envoy-Peer", "x"),
    ("Proxy-Authorization", "x"),
    ("Expect", "100-continue"),
    ("TE", "trailers"),
    ("Transfer-Encoding", "chunked"),
    ("Upgrade", "h2c"),
    ("X_Forwarded_For", "1.2.3.4"),
    ("X-Request-Id", "theirs"),
    ("OpenAI-Organization", "org"),
    ("X-Stainless-Lang", "python"),
    ("anthropic-version", "2026-10-21"),
    ("traceparent", "00-x"),
]


def test_only_what_concerns_the_engine_goes_upstream() -> None:
    """Not the hop's headers, nor ours, nor the caller's secrets."""
    kept = [("content-type", "application/json"), ("anthropic-version", "2026-10-21"), ("traceparent", "00-x")]
    assert to_upstream(SENT) == kept
    assert to_upstream(SENT, authorization="Bearer pool", api_key="k", request_id="r") == [
        *kept,
        ("authorization", "Bearer pool"),
        ("x-api-key", "k"),
        ("x-request-id", "r"),
    ]


def test_callers_credentials_pass_only_if_told() -> None:
    """And never beside the pool's."""
    kept = dict(to_upstream(SENT, keep_credentials=True))
    assert (kept["authorization"], kept["x-api-key"]) == ("Bearer caller", "caller")
    replaced = to_upstream(SENT, keep_credentials=True, authorization="Bearer pool")
    assert [value for name, value in replaced if name in ("authorization", "x-api-key")] == ["Bearer pool"]


def test_vendor_headers_pass_only_if_told() -> None:
    """Both ways."""
    assert ("openai-organization", "org") in to_upstream(SENT, vendor=True)
    assert ("x-stainless-lang", "python") in to_upstream(SENT, vendor=True)
    assert to_client([("OpenAI-Version", "1")]) == []
    assert to_client([("OpenAI-Version", "1")], vendor=True) == [("openai-version", "1")]


@pytest.mark.parametrize("connection", ["X-Secret", "close, x-secret", "keep-alive,X-Secret ,Accept"])
def test_headers_listed_by_connection_are_for_one_hop(connection: str) -> None:
    """Both ways, before or after the header that lists them."""
    headers = [("X-Secret", "a"), ("Connection", connection), ("x-secret", "b"), ("x-other", "c")]
    assert to_upstream(headers) == [("x-other", "c")]
    assert to_client(headers) == [("x-other", "c")]


def test_only_what_concerns_the_caller_comes_back() -> None:
    """Not cookies, nor the engine's server, id and CORS, nor forged headers of ours."""
    received = [
        ("Content-Type", "text/event-stream"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
        ("Set-Cookie", "a=b"),
        ("Server", "uvicorn"),
        ("Date", "today"),
        ("X-Request-Id", "theirs"),
        ("Request-Id", "theirs"),
        ("X-WRP-Cache", "hit-exact"),
        ("Access-Control-Allow-Origin", "*"),
        ("X-RateLimit-Remaining-Requests", "5"),
        ("X-Custom!", "tab\tis fine"),
    ]
    assert to_client(received) == [
        ("content-type", "text/event-stream"),
        ("x-ratelimit-remaining-requests", "5"),
        ("x-custom!", "tab\tis fine"),
    ]


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\x00b", "a\x7f", "\u20ac", "\udcff"])
def test_values_that_leave_their_line_are_dropped(value: str) -> None:
    """CR, LF, NUL and other controls, and what is not latin-1."""
    assert to_client([("x-model", value), ("x-ok", "é\t")]) == [("x-ok", "é\t")]
    assert not is_safe(value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "é"])
def test_names_that_are_no_tokens_are_dropped(name: str) -> None:
    """RFC 9110 says which characters a name has."""
    assert to_client([(name, "x")]) == []


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12))))
def test_whatever_comes_back_fits_on_its_line(headers: list[tuple[str, str]]) -> None:
    """For any headers."""
    for name, value in to_client(headers):
        assert f"{name}: {value}".encode("latin-1").find(b"\n") < 0
        assert "\r" not in value
        assert "\x00" not in value


@pytest.mark.parametrize("inbound", [None, "", "x" * 129, "a b", "a\nb", "é", "a\x00"])
def test_bad_request_ids_are_replaced(inbound: str | None) -> None:
    """They would end up in headers and logs."""
    assert request_id(inbound, "fresh") == "fresh"


@pytest.mark.parametrize("inbound", ["a", "x" * 128, "req_1-2.3/4~"])
def test_good_request_ids_are_honoured(inbound: str) -> None:
    """1 to 128 visible ASCII characters."""
    assert request_id(inbound, "fresh") == inbound
