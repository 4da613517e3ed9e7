"""What siblings have in flight counts as load."""

from __future__ import annotations

from time import monotonic

from tests.fleet.makers import Watched, pool
from tests.live.kin import Kin
from wrp_router.live.hinting import STALE, Hinting
from wrp_router.live.siblings import ALONE


async def test_it_counts_until_it_is_old():
    """Others' requests are load here, beside our own; when nobody says so any more, they are not."""
    family, fleets = list[Kin](), [Watched(pool()), Watched(pool())]
    one, other = [Hinting(fleet, Kin(family), ["p"]) for fleet in fleets]
    now = monotonic()
    for _ in range(3):
        fleets[0].lease("p", "s0", now)
    fleets[1].lease("p", "s0", now)
    one.exchange(now)
    other.exchange(now)
    seen = fleets[1].server("s0", now)
    assert (seen.in_flight, seen.running) == (1, 3)
    assert fleets[1].server("s1", now).running == 0
    one.exchange(now)
    assert fleets[0].server("s0", now).running == 1
    other.exchange(now + STALE + 1.0)
    assert fleets[1].server("s0", now + STALE + 1.0).running == 0


async def test_where_engines_say_it():
    """Nobody else does."""
    family, fleets = list[Kin](), [Watched(pool()), Watched(pool())]
    one, other = [Hinting(fleet, Kin(family), []) for fleet in fleets]
    fleets[0].lease("p", "s0", 0.0)
    one.exchange(0.0)
    other.exchange(0.0)
    assert fleets[1].server("s0", 0.0).running == 0


async def test_who_is_alone_has_nothing_to_say():
    """It ends at once."""
    await Hinting(Watched(pool()), ALONE, ["p"]).run()
