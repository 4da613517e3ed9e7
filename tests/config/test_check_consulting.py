"""Policies that ask other models: pools that there are, and that can be asked."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config

POOLS = """\
  - {name: small, model: s, servers: ['http://127.0.0.1:9001']}
  - {name: any, servers: ['http://127.0.0.1:9002']}
  - {name: vectors, model: v, abilities: [embedding], servers: ['http://127.0.0.1:9003']}
  - name: halves
    model: h
    engine: vllm
    balance: {kind: disaggregated}
    servers: [{url: 'http://127.0.0.1:9004', role: prefill}, {url: 'http://127.0.0.1:9005', role: decode}]
"""
ROUTE = "routes: [{name: r, use: %s}, {name: rest, use: {kind: static, pools: [local, small, any, vectors, halves]}}]\n"


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("{kind: fusion, ask: [local, small], write: small}", []),
        ("{kind: fusion, ask: [local, any], write: halves}", []),
        ("{kind: fusion, ask: [local, halves], write: small}", ["E048"]),
        ("{kind: fusion, ask: [local, smal], write: small}", ["E020"]),
        ("{kind: fusion, ask: [local, small], write: larg}", ["E020"]),
        ("{kind: fusion, ask: [local], write: small}", ["E013"]),
        ("{kind: fusion, ask: [local], write: small, samples: 2}", []),
        ("{kind: multi_round, router: small, pools: {small: a, halves: b}, write: small}", ["E048"]),
        ("{kind: multi_round, router: any, pools: {small: a, halves: b}, write: small}", ["E048", "E048"]),
        ("{kind: multi_round, router: vectors, pools: {small: a, vectors: b}, write: small}", ["E048"]),
        ("{kind: multi_round, router: rooter, pools: {small: a, other: b}, write: small}", ["E020", "E020"]),
        ("{kind: multi_round, router: small, pools: {small: a, local: b}, write: any}", ["E013"]),
        ("{kind: multi_round, router: small, pools: {small: a, local: b}, write: small, rounds: 9}", ["E048", "E013"]),
    ],
)
def test_table(use: str, found: list[str]) -> None:
    """What is asked has to be there, and to be able to answer."""
    text = ROUTE % use
    assert [code for code in codes(config(POOLS + text)) if code not in ("W001", "W002")] == found


def test_a_pool_that_is_only_asked_is_used() -> None:
    """Nobody is told to remove it."""
    pools = POOLS.replace("name: any,", "name: any, model: a,").partition("  - {name: vectors")[0]
    use = "{kind: multi_round, router: small, pools: {local: a, any: b}, write: any}"
    assert codes(config(f"{pools}routes: [{{name: r, use: {use}}}]\n")) == ["E048"]  # which model `local` is
