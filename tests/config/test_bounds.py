"""The parts that bound what a request may cost."""

from __future__ import annotations

import msgspec

from wrp_router.config.bounds import Limits, PoolTimeouts, Retries, Timeouts


def test_a_pool_takes_what_it_does_not_set_from_all():
    """Zero is something set."""
    common = Timeouts(ttft=7.0, idle=8.0)
    assert PoolTimeouts().over(common) == common
    assert PoolTimeouts(ttft=1.0, queue=0.0).over(common) == msgspec.structs.replace(common, ttft=1.0, queue=0.0)


def test_every_timeout_of_a_pool_is_one_of_all():
    """Under the same name."""
    assert {*PoolTimeouts.__struct_fields__} == {*Timeouts.__struct_fields__} - {"body"}


def test_defaults():
    """Those that the documentation promises."""
    assert (Timeouts().connect, Timeouts().ttft, Timeouts().stream) == (2.0, 30.0, 3600.0)
    assert (Retries().extra, Retries().budget, Retries().budget_min) == (2, 0.2, 3)
    assert Limits().body == 32 << 20
