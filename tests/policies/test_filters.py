"""Which pools can take a request."""

from __future__ import annotations

from tests.policies.makers import facts, pool
from wrp_policies.filters import fits_context, has_abilities, needs_of, tokens_of, usable, usable_servers
from wrp_policies.types import Server


def test_context_holds_prompt_and_answer() -> None:
    """A pool fits exactly up to its context, and always where that is not known."""
    pools = (pool("exact", context=150), pool("short", context=149), pool("unknown"))
    request = facts(max_tokens=50)
    assert tokens_of(request) == 150
    assert [p.name for p in fits_context(request, pools)] == ["exact", "unknown"]
    assert [p.name for p in fits_context(facts(), pools)] == ["exact", "short", "unknown"]


def test_every_need_must_be_met() -> None:
    """Tools, images and JSON schema each ask for their ability; one missing is one too many."""
    request = facts(tools=2, images=1, response_format="json_schema")
    assert needs_of(request) == {"tools", "vision", "json_schema"}
    full = pool("full", abilities=frozenset({"chat", "tools", "vision", "json_schema"}))
    partial = pool("partial", abilities=frozenset({"tools", "vision"}))
    assert has_abilities(request, (partial, full)) == (full,)


def test_a_plain_request_needs_nothing() -> None:
    """Plain text is served by everyone; plain JSON is not JSON schema."""
    pools = (pool("a"), pool("b"))
    assert has_abilities(facts(response_format="json_object"), pools) == pools


def test_usable_needs_one_server_up() -> None:
    """A full pool is usable (worth waiting for), one that is down is not, nor is one without servers."""
    full = pool("full", of=(Server("f", in_flight=1, limit=1),))
    down = pool("down", of=(Server("d", up=False),))
    assert usable((down, full, pool("none", servers=0))) == (full,)


def test_servers_with_room_come_alone() -> None:
    """Full servers are named only where none has room."""
    free, full, down = Server("a"), Server("b", in_flight=1, limit=1), Server("c", up=False)
    assert usable_servers(pool("p", of=(free, full, down))) == [free]
    assert usable_servers(pool("p", of=(full, down))) == [full]
