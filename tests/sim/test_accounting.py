"""Simulated tenants have the limits that live ones have."""

from __future__ import annotations

from tests.sim.makers import SLOW, Stage, config, pool
from wrp_router.accounts import Charge
from wrp_router.config.pools import Price
from wrp_router.config.structs import TenantConfig, TenantLimits
from wrp_router.fakes.model import Profile
from wrp_router.sim.accounting import books_of


def stage(**limits: object) -> Stage:
    """One pool that takes a second a request, and these limits for who asks."""
    tenant = TenantConfig("local", limits=TenantLimits(**limits))  # type: ignore[arg-type]
    return Stage(config(pool("small", price=Price(1.0, 2.0)), tenants=(tenant,)), {"small": Profile(base_ttft=1.0)})


def test_so_many_a_minute():
    """The third within a minute is refused; after it, there is room again."""
    staged = stage(requests="2/min")
    for at in (0.0, 1.0, 2.0, 64.0):
        staged.arrive(at)
    rows = staged.rows()
    assert [(row.status, row.error) for row in rows] == [(200, ""), (200, ""), (429, "rate_limit_exceeded"), (200, "")]


def test_so_many_at_a_time():
    """The place is taken until the answer is whole."""
    staged = stage(concurrent=1)
    for at in (0.0, 0.5, 2.0):
        staged.arrive(at)
    assert [row.status for row in staged.rows()] == [200, 429, 200]
    assert staged.sim.books.open("local") == 0


def test_what_was_charged_is_what_the_rows_say():
    """All of it, and nothing stays set aside."""
    staged = stage(budget="$1/day", tokens="1000000/day")
    for at in range(5):
        staged.arrive(float(at), max_tokens=100)
    rows = staged.rows()
    used = staged.sim.books.used("local", 10.0)
    assert used.nanos == sum(round(row.cost * 1e9) for row in rows) > 0
    assert used.tokens == sum(one.tokens_in + one.tokens_out for row in rows for one in row.outcomes)
    assert used == Charge(0, used.tokens, used.nanos)


def test_without_limits_there_are_no_books():
    """And nothing to be kept."""
    assert not books_of(Stage(config(), {"small": SLOW}).parts.rooms)._accounts
