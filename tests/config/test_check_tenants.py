"""Tenants: each is one, may ask for what there is, and is known by some key."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config
from wrp_router.config import Config, loads
from wrp_router.config.check_tenants import askable
from wrp_router.config.pools import PoolConfig, ServerConfig

KEY = "keys: [{tenant: a, key: 0123456789abcdef}]\n"
NAMED = "  - {name: small, model: s, adapters: [s-law, 's-*'], servers: ['http://127.0.0.1:9001']}\n"
ROUTES = "routes: [{name: r, use: {kind: static, pools: [small, local]}}]\n"


@pytest.mark.parametrize(
    ("tenants", "found"),
    [
        ("[{name: a, models: [s, auto, s-law, anything]}]", []),
        ("[{name: a, routes: [r]}]", []),
        ("[{name: a, routes: [q]}]", ["E023"]),
        ("[{name: a}, {name: a}]", ["E022"]),
        ("[{name: b}]", ["W004"]),
        ("[{name: local}]", []),
        ("[{name: '*', limits: {requests: 5/min}}, {name: a}]", []),
        ("[{name: '*'}, {name: '*'}]", ["E022"]),
        ("[{name: 'a*'}]", ["E013"]),
    ],
)
def test_table(tenants: str, found: list[str]):
    """Before a pool that takes any name."""
    assert codes(config(f"{NAMED}{ROUTES}{KEY}tenants: {tenants}\n")) == found


def test_models_that_nobody_serves():
    """Where every pool says what it serves."""
    text = f"version: 1\npools:\n{NAMED}{KEY}tenants: [{{name: a, models: [s, t]}}]\n"
    assert codes(loads(text, "f.yaml")) == ["E023"]


def test_what_may_be_asked_for():
    """The automatic names, models and adapters that are written out, each once."""
    servers = (ServerConfig("http://127.0.0.1:1"),)
    pools = (
        PoolConfig("one", servers, "m", adapters=("m-law", "m-*")),
        PoolConfig("two", servers, "m"),
        PoolConfig("three", servers, "*"),
    )
    assert askable(Config(1, pools, auto=("auto", "best"))) == ["auto", "best", "m", "m-law"]


@pytest.mark.parametrize(
    ("accounts", "found"),
    [
        ("{redis: {url: 'redis://127.0.0.1'}, on_loss: refuse}", []),
        ("{redis: {url: 'redis://elsewhere'}}", ["W009"]),
        ("{redis: {url: 'redis://elsewhere?x=1'}}", ["E042", "W009"]),
        ("{redis: {url: 'redis://127.0.0.1'}, on_loss: perhaps}", ["E014"]),
    ],
)
def test_the_server_of_the_accounts(accounts: str, found: list[str]):
    """Can be reached, by nobody else's ears."""
    tenants = "tenants: [{name: a, limits: {requests: 1/s}}]\n"
    assert codes(config(f"{KEY}{tenants}accounts: {accounts}\n")) == found


def test_a_server_of_accounts_that_count_nothing():
    """No tenant has limits."""
    text = f"{KEY}tenants: [{{name: a, models: [auto]}}]\naccounts: {{redis: {{url: 'redis://127.0.0.1'}}}}\n"
    assert codes(config(text)) == ["W004"]
