"""What the head of a request settles: who asks, for what, on which terms; and the head that engines get instead."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from aiohttp import HttpVersion11
from aiohttp.http import HttpVersion

from wrp_router.errors import RouterError
from wrp_router.flow import AS_USUAL, CacheControl
from wrp_router.live.preamble import Preamble, Terms, admit
from wrp_router.live.target import Target
from wrp_router.live.tenants import NOBODY, Caller, Tenants
from wrp_router.live.upstream.origin import Origin

CHAT = "/v1/chat/completions"
TENANTS = Tenants({hashlib.sha256(b"sk-red").digest(): Caller("red", max_priority="default")}, b"secret")
RED = ("authorization", "Bearer sk-red")
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def admitted(
    *pairs: tuple[str, str],
    target: str = CHAT,
    method: str = "POST",
    version: HttpVersion = HttpVersion11,
    visible: frozenset[str] = frozenset(),
) -> Preamble:
    """On terms of 1000 bytes, 60 s for an answer and 600 s for a stream."""
    terms = Terms(TENANTS, 1000, visible, (60.0, 600.0))
    given = [("host", "router"), *pairs]
    return admit(terms, method, target, version, given, dict(given))


def test_a_request():
    """Its path without the query, its caller, its headers as they are, and terms as they are by default."""
    preamble = admitted(RED, ("x", "a"), ("x", "b"), target=CHAT + "?a=b?c")
    assert (preamble.path, preamble.endpoint.operation, preamble.caller.tenant) == (CHAT, "chat", "red")
    assert preamble.pairs == [("host", "router"), RED, ("x", "a"), ("x", "b")]
    assert preamble.headers == {"host": "router", "authorization": "Bearer sk-red", "x": "b"}
    assert (preamble.visible, preamble.control, preamble.patience) == ({}, AS_USUAL, (60.0, 600.0))
    assert (preamble.trace, preamble.variant, preamble.upstream, preamble.priority) == ("", "", {}, "default")


def test_what_signals_see():
    """The headers that were asked for, as far as they are there."""
    preamble = admitted(RED, ("x", "a"), ("y", "b"), visible=frozenset({"x", "z"}))
    assert preamble.visible == {"x": "a"}


@pytest.mark.parametrize(
    ("tenants", "asked", "tells"),
    [
        (TENANTS, "1", ()),
        (Tenants({hashlib.sha256(b"sk-red").digest(): Caller("red", admin=True)}, b"s"), "1", ("why",)),
        (Tenants({hashlib.sha256(b"sk-red").digest(): Caller("red", admin=True)}, b"s"), "yes", ()),
        (Tenants({}, b"s"), "1", ("why",)),
        (Tenants({}, b"s"), "0", ()),
    ],
)
@pytest.mark.parametrize("always", [(), ("vsr",)])
def test_who_is_told_why(tenants: Tenants, asked: str, tells: tuple[str, ...], always: tuple[Any, ...]):
    """Whoever asks where there are no keys, else those with an admin's; what all are told they are told anyway."""
    terms = Terms(tenants, 1000, frozenset(), (60.0, 600.0), tells=always)
    given = [("host", "router"), RED, ("x-wrp-explain", asked)]
    assert admit(terms, "POST", CHAT, HttpVersion11, given, dict(given)).tells == (*tells, *always)


def test_what_callers_ask_for():
    """Cache directives, deadlines, which are never longer than ours, and their trace, if it is one."""
    preamble = admitted(RED, ("x-wrp-cache", "no-store, x"), ("x-wrp-deadline-ms", "90000"), ("traceparent", TRACE))
    assert (preamble.control, preamble.patience, preamble.trace) == (CacheControl(no_store=True), (60.0, 90.0), TRACE)
    assert admitted(RED, ("traceparent", "mine")).trace == ""


def test_classes():
    """Less than they have, callers may always ask for; more, as far as they may; no other words, where any counts."""
    assert admitted(RED, ("x-wrp-priority", "sheddable")).priority == "sheddable"
    assert admitted(RED, ("x-wrp-priority", "critical")).priority == "default"
    with pytest.raises(RouterError, match="must be one of") as caught:
        admitted(RED, ("x-wrp-priority", "urgent"))
    assert (caught.value.status, caught.value.code, caught.value.param) == (400, "invalid_priority", "x-wrp-priority")
    assert admitted(RED, ("x-wrp-priority", "urgent"), target="/v1/models", method="GET").priority == "default"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
def test_variants(path: str):
    """Anthropic's versions and betas shape its answers."""
    pairs = (RED, ("anthropic-beta", "b"), ("anthropic-version", "a"))
    assert admitted(*pairs, target=path).variant == "anthropic-beta:b\nanthropic-version:a"
    assert admitted(RED, target=path).variant == ""
    assert admitted(*pairs).variant == ""


@pytest.mark.parametrize("name", ["openai-beta", "openai-organization", "openai-project"])
def test_variants_of_openai(name: str):
    """So do OpenAI's, and for whom it is asked."""
    assert admitted(RED, (name, "a")).variant == f"{name}:a"
    assert admitted(RED, (name, "a"), target="/v1/messages").variant == ""


def test_what_signals_see_is_a_variant():
    """It may lead to another route; what nobody looks at makes no difference. No two sets of headers look alike."""
    seen = frozenset({"x", "y", "openai-beta"})
    assert admitted(RED, ("x", "a"), ("z", "b"), visible=seen).variant == "x:a"
    variants = [
        admitted(RED, *pairs, visible=seen).variant
        for pairs in ([("x", "a")], [("y", "a")], [("x", "a,y:b")], [("x", "a"), ("y", "b")], [("openai-beta", "a")])
    ]
    assert len(set(variants)) == 5


def test_variants_can_be_written_down():
    """Whatever bytes came in, and different ones differ."""
    sent = [b"e", b"\xe9", "é".encode(), "Ã©".encode(), b"\xff\xfe", b"\xed\xa0\x80"]
    told = [admitted(RED, ("openai-project", one.decode("utf-8", "surrogateescape"))).variant for one in sent]
    assert len({one.encode() for one in told}) == len(sent)
    assert told[0] == "openai-project:e"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_what_is_open_to_all(path: str):
    """Needs no key, and no key is looked at."""
    for pairs in ((), (RED, RED), (("authorization", "Bearer sk-other"),)):
        assert admitted(*pairs, target=path, method="GET").caller is NOBODY


@pytest.mark.parametrize("name", ["api-key", "x-goog-api-key", "ocp-apim-subscription-key"])
def test_two_keys_for_an_engine(name: str):
    """Which of them it would go by is a guess, too."""
    with pytest.raises(RouterError, match="given twice"):
        admitted(RED, (name, "a"), (name, "b"))


@pytest.mark.parametrize("other", [RED, ("authorization", ""), ("x-api-key", "sk-red")])
def test_two_keys(other: tuple[str, str]):
    """Of one header given twice, which one counts would be a guess; two headers that agree are fine."""
    if other[0] == "x-api-key":
        assert admitted(RED, other).caller.tenant == "red"
        pairs = [RED, other, other]
    else:
        pairs = [other, RED]
    with pytest.raises(RouterError, match="given twice"):
        admitted(*pairs)


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "HTTP/2": ({"version": HttpVersion(2, 0)}, 400),
    "nowhere": ({"target": "/v1/nothing"}, 404),
    "the query is no path": ({"target": "?" + CHAT}, 404),
    "another method": ({"method": "GET"}, 405),
}


@pytest.mark.parametrize(("options", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(options: dict[str, Any], status: int):
    """By errors that say what an answer says."""
    with pytest.raises(RouterError) as caught:
        admitted(RED, **options)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        ((), 401),
        ((("authorization", "Bearer sk-blue"),), 401),
        ((RED, ("host", "a/b")), 400),
        ((RED, ("transfer-encoding", "gzip")), 400),
        ((RED, ("x", "a" * 1000)), 431),
    ],
)
def test_headers_that_are_refused(pairs: tuple[tuple[str, str], ...], status: int):
    """The same for them."""
    with pytest.raises(RouterError) as caught:
        admitted(*pairs)
    assert caught.value.status == status


async def test_the_head_for_an_engine():
    """Is written once for each, and anew only where it carries a trace of ours."""
    preamble = admitted(RED, ("x", "a"))
    one, other = Target(Origin("http://one")), Target(Origin("http://other/base"))
    first = preamble.head_for(one, "")
    assert first.startswith(b"POST /v1/chat/completions HTTP/1.1\r\nhost: one")
    assert b"\r\nx: a\r\n" in first
    assert preamble.head_for(one, "") is first
    assert preamble.head_for(other, "").startswith(b"POST /base/v1/chat/completions HTTP/1.1\r\nhost: other")
    assert preamble.head_for(one, TRACE) == first + f"traceparent: {TRACE}\r\n".encode()
    assert preamble.head_for(one, "") is first
    assert set(preamble.upstream) == {one, other}
