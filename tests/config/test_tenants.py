"""How limits of tenants are written."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config
from wrp_router.config.tenants import amount_of

KEY = "keys: [{tenant: a, key: 0123456789abcdef}]\n"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("60/min", (60, 60)),
        ("100000 / hour", (100_000, 3600)),
        ("$20/day", (20, 86_400)),
        ("$0.5/month", (0.5, 2_592_000)),
        ("5/s", (5, 1)),
        ("1/week", (1, 604_800)),
    ],
)
def test_so_much_in_such_a_time(text: str, amount: tuple[float, float]):
    """As people write it."""
    assert amount_of(text) == amount


@pytest.mark.parametrize(
    "limits", ["requests: 60", "requests: $6/min", "tokens: -1/min", "budget: 20/day", "budget: $20"]
)
def test_what_is_no_limit(limits: str):
    """A time belongs to it, and dollars to a budget alone."""
    found = codes(config(f"{KEY}tenants: [{{name: a, limits: {{{limits}}}}}]\n"))
    assert len(found) == 1
    assert found[0] in ("E012", "E013")


def test_the_whole_of_it():
    """Every field is read."""
    text = """tenants:
  - name: a
    models: [auto]
    limits: {requests: 60/min, tokens: 100000/min, budget: $20/day, concurrent: 32}
accounts: {assume: 500}
"""
    loaded = config(KEY + text)
    assert codes(loaded) == []
    assert loaded.config is not None
    (tenant,) = loaded.config.tenants
    assert (tenant.models, tenant.limits.budget, tenant.limits.concurrent) == (("auto",), "$20/day", 32)
    assert loaded.config.accounts.assume == 500
