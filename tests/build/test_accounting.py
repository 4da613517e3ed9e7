"""From the configuration to what tenants may ask for and use."""

from __future__ import annotations

from tests.build.written import config_of
from wrp_router.accounts import Accounts, Ceiling, Charge, Quota
from wrp_router.build.accounting import accounting_of, accounts_of, quotas_of
from wrp_router.live.accounting import OwnBooks
from wrp_router.live.shared_books import SharedBooks

POOL = "version: 1\npools:\n  - {name: small, model: m, price: {input: 1, output: 2}, servers: [http://a:8000]}\n"
KEYS = "keys: [{tenant: a, key: 0123456789abcdef}, {tenant: b, key: 0123456789abcdefg}]\n"
CONFIG = config_of(POOL + KEYS)
ROUTE = "routes: [{name: r, use: {kind: static, pools: [small]}}]\n"


def accounts(more: str) -> Accounts:
    """What is made of it."""
    found = accounts_of(config_of(POOL + KEYS + ROUTE + more))
    assert found is not None
    return found


def test_limits():
    """In whole requests, tokens and nano-dollars, each within its time."""
    limits = "{requests: 60/min, tokens: 9/h, budget: $0.7/day, concurrent: 3}"
    made = accounts(f"tenants: [{{name: a, limits: {limits}}}, {{name: b}}]\naccounts: {{assume: 7}}\n")
    quota = Quota(Ceiling(60, 60.0), Ceiling(9, 3600.0), Ceiling(700_000_000, 86_400.0), 3)
    assert quotas_of(made) == {"a": quota}
    assert made.most(("small",), 1, None, 1, all_of_them=False) == Charge(1, 8, 15_000)
    assert isinstance(accounting_of(CONFIG, made), OwnBooks)


def test_models_and_routes():
    """Who may only be led to some routes may not go round them by asking for a model by its name."""
    terms = accounts("tenants: [{name: a, routes: [r]}, {name: b, routes: [r], models: [m]}]\n").terms
    assert (terms["a"].models, terms["a"].routes) == ({"auto"}, {"r"})
    assert (terms["b"].models, terms["b"].routes) == ({"m"}, {"r"})
    assert accounting_of(CONFIG, accounts("tenants: [{name: a, models: [m]}]\n")) is None


def test_where_nobody_is_limited():
    """There are no accounts."""
    assert accounts_of(config_of(POOL + KEYS)) is None
    assert accounting_of(CONFIG, None) is None


async def test_routers_that_count_together():
    """The server is spoken to when the router runs."""
    limited = "tenants: [{name: a, limits: {requests: 1/s}}]\n"
    config = config_of(POOL + KEYS + limited + "accounts: {on_loss: refuse, redis: {url: 'redis://127.0.0.1:1'}}\n")
    made = accounting_of(config, accounts_of(config))
    assert isinstance(made, SharedBooks)
    assert made._on_loss == "refuse"
    await made.stop()
