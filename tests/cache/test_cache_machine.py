"""The cache beside a dict that does the same naively."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.cache.makers import cache, entry, small_graphs
from wrp_cache import Bar, Entry, Hit
from wrp_cache.guard import Guard
from wrp_cache.hnsw import available

TTL = 100.0
TENANTS, PARTITIONS, CATEGORIES = (
    st.sampled_from("ab"),
    st.sampled_from([b"p", b"q"]),
    st.sampled_from(["x", "default"]),
)
POINTS = st.integers(0, 2)


def point(at: int) -> np.ndarray:
    """Directions in a plane, thirty degrees apart: no two neighbours reach 0.9."""
    angle = at * np.pi / 6
    return np.array([np.cos(angle), np.sin(angle), 0.0], np.float32)


class Machine(RuleBasedStateMachine):
    """Puts, look-ups, purges and the passing of time."""

    def __init__(self) -> None:
        super().__init__()
        index = small_graphs if available() else None
        self.room = cache({"default": Bar(0.9, TTL), "x": Bar(0.9, TTL / 2)}, guard=Guard(rules=()), index=index)
        self.model: dict[tuple[str, bytes], tuple[Entry, int]] = {}
        self.now = 0.0

    def fresh(self, found: Entry) -> bool:
        """Whether the model would still serve it."""
        return self.now - found.created < (TTL / 2 if found.category == "x" else TTL)

    @rule(tenant=TENANTS, partition=PARTITIONS, category=CATEGORIES, at=POINTS, body=st.binary(min_size=1, max_size=9))
    def put(self, tenant: str, partition: bytes, category: str, at: int, body: bytes) -> None:
        """One answer a place and point, so that the nearest is never a matter of taste."""
        key = b"|".join((partition, category.encode(), b"%d" % at))
        kept = entry(key, tenant=tenant, partition=partition, category=category, body=body, created=self.now)
        assert self.room.put(kept, point(at), self.now)
        self.model[tenant, key] = (kept, at)

    @rule(tenant=TENANTS, partition=PARTITIONS, category=CATEGORIES, at=POINTS)
    def look_up(self, tenant: str, partition: bytes, category: str, at: int) -> None:
        """By key and by likeness, the answer is the model's."""
        key = b"|".join((partition, category.encode(), b"%d" % at))
        found = self.model.get((tenant, key))
        wanted = found[0] if found is not None and self.fresh(found[0]) else None
        hit = self.room.exact(key, tenant, self.now)
        assert (hit.entry if hit is not None else None) == wanted
        hit = self.room.nearest(partition, tenant, point(at), "How do I reset it?", category, self.now)
        assert (hit.entry if isinstance(hit, Hit) else None) == wanted

    @rule(seconds=st.floats(0.0, 40.0))
    def wait(self, seconds: float) -> None:
        """Time passes; nothing else happens."""
        self.now += seconds

    @rule(tenant=TENANTS)
    def purge(self, tenant: str) -> None:
        """Everything of a tenant goes; what had expired may have gone before."""
        mine = [key for key in self.model if key[0] == tenant]
        alive = sum(self.fresh(self.model[key][0]) for key in mine)
        assert alive <= self.room.purge(tenant=tenant) <= len(mine)
        for key in mine:
            del self.model[key]

    @invariant()
    def holds_no_more_than_the_model(self) -> None:
        """Nothing is kept that was not put, and the books are never negative."""
        assert sum(self.fresh(found) for found, _ in self.model.values()) <= len(self.room) <= len(self.model)
        assert self.room.stats().bytes >= 0


TestCacheMachine = Machine.TestCase
TestCacheMachine.settings = settings(deadline=None, max_examples=40, stateful_step_count=50)
