"""Five times what the servers can do, in three classes: who matters is served, no server idles, the rest knows soon."""

from __future__ import annotations

import random

import pytest

from tests.sim.makers import Stage, config, pool
from wrp_policies.queueing import Fair, Fifo
from wrp_router.config.bounds import Limits
from wrp_router.config.pools import PoolConfig, QueueConfig
from wrp_router.fakes.model import Profile
from wrp_router.record import Row
from wrp_signals import Priority

CAPACITY = 20
"""Requests at once, each for as many seconds as..."""
SERVICE = 0.2
RATE = CAPACITY / SERVICE
BURST, AFTER = 8.0, 3.0
"""Seconds of overload, and of quiet after it."""

OFFERED: dict[Priority, float] = {"critical": 0.5, "default": 2.25, "sheddable": 2.25}
"""Of what can be served in a second: five times as much in all."""

WAITING: dict[str, PoolConfig] = {
    "before a pool": pool("small", servers=1, limit=CAPACITY),
    "before servers": pool("small", servers=2, limit=CAPACITY // 2, queue=QueueConfig(Fifo(), 10, depth=10)),
    "fairly": pool("small", servers=2, limit=CAPACITY // 2, queue=QueueConfig(Fair(), 10, depth=10)),
}


def played(made: PoolConfig) -> dict[str, dict[Priority, list[Row]]]:
    """The rows of requests that came in the burst, and of those that came long enough after it, by class."""
    stage = Stage(config(made, limits=Limits(queue=CAPACITY)), {"small": Profile(base_ttft=SERVICE)})
    chance, came = random.Random(12), list[tuple[str, Priority]]()
    arrivals = [("burst", at, priority) for priority, share in OFFERED.items() for at in poisson(chance, share, BURST)]
    quiet = BURST + 1.0
    arrivals += [("after", quiet + at, priority) for priority in OFFERED for at in poisson(chance, 0.2, AFTER)]
    for phase, at, priority in sorted(arrivals, key=lambda one: one[1]):
        came.append((phase, priority))
        stage.arrive(at, priority=priority)
    rows: dict[str, dict[Priority, list[Row]]] = {phase: {one: [] for one in OFFERED} for phase in ("burst", "after")}
    for (phase, priority), row in zip(came, stage.rows(), strict=True):
        assert row.facts.priority == priority
        rows[phase][priority].append(row)
    return rows


def poisson(chance: random.Random, share: float, seconds: float) -> list[float]:
    """Arrivals that wait for no answer."""
    at, times = 0.0, list[float]()
    while (at := at + chance.expovariate(share * RATE)) < seconds:
        times.append(at)
    return times


@pytest.mark.parametrize("made", WAITING.values(), ids=WAITING)
def test_overload(made: PoolConfig) -> None:
    """Nearly all that is critical is served and the servers are never idle. Who is sheddable is turned away at once;
    the few who came before the line had filled, soon after. When it is over, everybody is served again."""
    rows = played(made)
    burst = rows["burst"]
    served = {priority: [row for row in burst[priority] if row.status == 200] for priority in OFFERED}
    refused = [row for priority in OFFERED for row in burst[priority] if row.status != 200]
    assert len(served["critical"]) >= 0.99 * len(burst["critical"])
    assert sum(map(len, served.values())) >= 0.9 * RATE * BURST
    assert {(row.status, row.error) for row in refused} <= {(503, "overloaded"), (503, "queue_timeout")}
    assert {row.shed for row in refused} <= {"full", "displaced", "long", "late"}
    away = [row for row in burst["sheddable"] if row.status == 503]
    assert len(away) > 0.9 * len(burst["sheddable"])
    assert {row.duration for row in away if row.shed in ("full", "long")} == {0.0}
    assert sum(row.duration < 0.05 for row in away) >= 0.99 * len(away)
    assert max(row.duration for row in away) < 0.05
    assert [row.status for priority in OFFERED for row in rows["after"][priority] if row.status != 200] == []


def test_in_one_class_everybody_waits() -> None:
    """The same load in the class of those who say nothing: nobody gives way, as many wait as may."""
    stage = Stage(config(WAITING["before a pool"], limits=Limits(queue=CAPACITY)), {"small": Profile(base_ttft=1.0)})
    for number in range(3 * CAPACITY):
        stage.arrive(number * 1e-3)
    rows = stage.rows()
    assert [row.status for row in rows] == [200] * 2 * CAPACITY + [503] * CAPACITY
    assert {row.shed for row in rows} == {"", "full"}
