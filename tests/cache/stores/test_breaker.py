"""When a store is left alone, and for how long."""

from __future__ import annotations

from wrp_cache.stores.breaker import Breaker


def test_it_opens_after_failures_in_a_row():
    """One that is answered in between starts the count again."""
    breaker = Breaker(3, 5.0, 60.0)
    assert not breaker.failed(0.0)
    assert not breaker.failed(0.0)
    breaker.succeeded()
    assert not breaker.failed(0.0)
    assert not breaker.failed(0.0)
    assert breaker.failed(0.0)
    assert breaker.open
    assert not breaker.failed(0.0)
    assert breaker.openings == 1


def test_a_grave_failure_is_enough():
    """No answer at all."""
    assert Breaker(3, 5.0, 60.0).failed(0.0, grave=True)


def test_pauses_double_up_to_the_longest():
    """As long as probes fail."""
    breaker, now, pauses = Breaker(1, 5.0, 60.0), 100.0, []
    breaker.failed(now)
    for _ in range(7):
        pauses.append(breaker.wait(now))
        now += pauses[-1]
        assert breaker.wait(now) == 0.0
        breaker.probed(False, now)
    assert pauses == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0]
    breaker.succeeded()
    assert breaker.open


def test_what_opens_again_soon_goes_on_where_it_was():
    """A server that answers probes and nothing else is not asked every five seconds; one that was well for long is."""
    breaker = Breaker(1, 5.0, 60.0)
    breaker.failed(0.0)
    breaker.probed(True, 5.0)
    assert not breaker.open
    breaker.failed(6.0)
    assert breaker.wait(6.0) == 10.0
    breaker.probed(True, 16.0)
    breaker.failed(100.0)
    assert breaker.wait(100.0) == 5.0
