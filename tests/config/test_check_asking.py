"""Pools that questions of the router's own go to."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config
from wrp_router.config import loads

FILE = """version: 1
pools:
  - {{name: small, model: s, servers: ['http://a'], engine: vllm{small}}}
  - {{name: large, model: l, servers: ['http://b'], engine: vllm}}
  - {{name: grader, servers: [{servers}], engine: vllm, {grader}}}
routes: [{{name: r, use: {{kind: cascade, pools: [small, large], accept: {accept}}}}}]
"""
JUDGE = "{kind: judge, pool: grader}"
ROLES = "{url: 'http://c', role: prefill}, {url: 'http://d', role: decode}"


def found(accept: str = JUDGE, grader: str = "model: g", servers: str = "'http://c'", small: str = "") -> list[str]:
    return codes(loads(FILE.format(accept=accept, grader=grader, servers=servers, small=small)))


@pytest.mark.parametrize("accept", [JUDGE, f"{{kind: all, of: [{{kind: schema}}, {JUDGE}]}}"])
def test_a_judge_is_a_pool_that_is_used(accept: str) -> None:
    """Though no route sends requests there."""
    assert found(accept) == []


@pytest.mark.parametrize(
    "accept", ["{kind: judge, pool: gradr}", "{kind: any, of: [{kind: schema}, {kind: judge, pool: gradr}]}"]
)
def test_a_judge_is_a_pool_that_there_is(accept: str) -> None:
    """Wherever it is named; the one that nobody asks is of no use."""
    assert sorted(found(accept)) == ["E020", "W004"]


@pytest.mark.parametrize(
    ("grader", "codes_of"),
    [
        ("model: '*'", ["E048"]),
        ("model: g, abilities: [completion]", ["E048"]),
        ("model: g, abilities: [messages]", []),
        ("model: g, send_key: client", ["W013"]),
    ],
)
def test_who_can_judge(grader: str, codes_of: list[str]) -> None:
    """A model that converses, with a key that is its pool's."""
    assert found(grader=grader) == codes_of


def test_nobody_judges_what_it_wrote() -> None:
    """Without being warned; the last pool's answers nobody judges, so that it may."""
    assert found("{kind: judge, pool: small}", "model: g") == ["W004", "W013"]
    assert found("{kind: judge, pool: large}", "model: g") == ["W004"]


def test_servers_with_roles_are_not_asked() -> None:
    """They answer nothing by themselves: neither as judges, nor once more."""
    assert found(grader="model: g, balance: {kind: disaggregated}", servers=ROLES) == ["E048"]
    text = FILE.format(
        accept="{kind: self_consistency}",
        grader="model: g",
        servers="'http://e'",
        small=", balance: {kind: disaggregated}",
    ).replace("['http://a']", f"[{ROLES}]")
    assert codes(loads(text)) == ["W004", "E048"]


def test_a_rubric_that_is_not_there() -> None:
    """Is told of before the start."""
    assert found("{kind: judge, pool: grader, rubric: nowhere.txt}") == ["W012"]


def test_who_asks_nobody_else() -> None:
    """The pool that answered is there anyway."""
    routed = "routes: [{name: r, use: {kind: cascade, pools: [local, other], accept: {kind: self_consistency}}}]\n"
    assert codes(config(routed)) == ["E020"]


COMPARED = """version: 1
secret: 0123456789abcdef
pools:
  - {{name: small, model: s, servers: ['http://a'], engine: vllm}}
  - {{name: grader, servers: [{servers}], engine: vllm, {grader}}}
routes: [{{name: r, use: {{kind: static, pools: [small]}}}}]
cache: {{adapt: {{kind: {kind}, judge: {judge}}}}}
"""


def compared(judge: str = "grader", kind: str = "budget", grader: str = "model: g", servers: str = "'http://c'"):
    return codes(loads(COMPARED.format(judge=judge, kind=kind, grader=grader, servers=servers)))


@pytest.mark.parametrize("kind", ["budget", "verified"])
@pytest.mark.parametrize("judge", ["grader", "{pool: grader, patience: 3s}"])
def test_who_compares_answers_is_a_pool_that_is_used(judge: str, kind: str) -> None:
    """By its name alone, too."""
    assert "E020" not in compared(judge, kind)
    assert "W004" not in compared(judge, kind)


@pytest.mark.parametrize("judge", ["gradr", "{pool: gradr}"])
def test_who_compares_answers_is_there(judge: str) -> None:
    """Else it is named, with what was meant."""
    assert "E020" in compared(judge)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grader": "model: '*'"}, "E048"),
        ({"grader": "model: g, abilities: [embedding]"}, "E048"),
        ({"grader": "model: g, balance: {kind: disaggregated}", "servers": ROLES}, "E048"),
        ({"grader": "model: g, send_key: client"}, "W013"),
    ],
)
def test_who_compares_answers_can_be_asked(changes: dict[str, str], code: str) -> None:
    """It has a model, speaks with people, answers by itself, and has a key of its own."""
    assert code in compared(**changes)
