"""Roles of servers fit each other, their policy and their engine."""

from __future__ import annotations

import pytest

from tests.config.makers import codes
from wrp_router.config import loads

BOTH = "{url: 'http://a', role: prefill}, {url: 'http://b', role: decode}"


def pool(servers: str = BOTH, engine: str = "vllm", balance: str = "kind: disaggregated", more: str = "") -> list[str]:
    text = f"version: 1\npools: [{{name: a, engine: {engine}, balance: {{{balance}}}, servers: [{servers}]{more}}}]\n"
    return codes(loads(text))


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_a_divided_pool(engine: str) -> None:
    """With both halves, and maybe servers that do both; any policy for either."""
    assert pool(engine=engine) == []
    assert pool(BOTH + ", 'http://c'", engine) == []
    assert pool(engine=engine, balance="kind: disaggregated, prefill: {kind: dualmap}, decode: {kind: p2c}") == []


@pytest.mark.parametrize(
    ("servers", "found"),
    [
        ("{url: 'http://a', role: prefill}", ["E047"]),
        ("{url: 'http://a', role: decode}", ["E047"]),
        ("'http://a'", ["E047", "E047"]),
        ("{url: 'http://a', role: both}, " + BOTH, ["E022", "E014"]),
    ],
)
def test_both_roles_are_there(servers: str, found: list[str]) -> None:
    """One without the other serves nobody."""
    assert sorted(set(pool(servers))) == sorted(set(found))


def test_roles_want_the_policy() -> None:
    """Others would send answers to prefill servers."""
    assert pool(balance="kind: adaptive") == ["E047", "E047"]


@pytest.mark.parametrize("engine", ["openai", "tgi", "llama.cpp", "anthropic"])
def test_engines_that_cannot(engine: str) -> None:
    """Nobody says how they would be told."""
    assert pool(engine=engine) == ["E047"]


@pytest.mark.parametrize("more", ["local: 100", "alone: true"])
def test_sglang_decodes_only(more: str) -> None:
    """Its decode servers compute no prompts; those of vLLM do."""
    assert pool(engine="sglang", balance=f"kind: disaggregated, {more}") == ["E047"]
    assert pool(balance=f"kind: disaggregated, {more}") == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (", queue: {}", ["E046"]),
        (", abilities: [chat, responses]", ["E047"]),
        (", abilities: [chat, messages]", ["E047"]),
        (", abilities: [chat, tools, vision]", []),
    ],
)
def test_what_does_not_go_with_it(more: str, found: list[str]) -> None:
    """Lines before servers, and APIs of which no dialect says how to divide them."""
    assert pool(more=more) == found


@pytest.mark.parametrize(
    ("engine", "servers", "found"),
    [
        ("sglang", "{url: 'http://a', role: prefill, bootstrap_port: 8998}, {url: 'http://b', role: decode}", []),
        ("vllm", "{url: 'http://a', role: prefill, bootstrap_port: 8998}, {url: 'http://b', role: decode}", ["E047"]),
        ("sglang", "{url: 'http://a', role: prefill}, {url: 'http://b', role: decode, bootstrap_port: 1}", ["E047"]),
        ("sglang", "{url: 'http://a', role: prefill, bootstrap_port: 0}, {url: 'http://b', role: decode}", ["E013"]),
    ],
)
def test_where_prefill_servers_are_met(engine: str, servers: str, found: list[str]) -> None:
    """A port of SGLang's prefill servers, and of nobody else."""
    assert pool(servers, engine) == found
