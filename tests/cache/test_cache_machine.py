"""The cache beside a dict that does the same naively: in memory or over an archive, with room for all or for few."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.cache.makers import MIB, Elsewhere, cache, entry, small_graphs
from wrp_cache import Bar, Entry, Hit, MemoryStore, name_of
from wrp_cache.guard import Guard
from wrp_cache.hnsw import available
from wrp_cache.rows import SLOT

TTL = 100.0
TENANTS, PARTITIONS, CATEGORIES = (
    st.sampled_from(["a", "b", ""]),
    st.sampled_from([b"p", b"q"]),
    st.sampled_from(["x", "default"]),
)
POINTS = st.integers(0, 2)
ASKED = "How do I reset my password?"


def point(at: int) -> np.ndarray:
    """Directions in a plane, thirty degrees apart: no two neighbours reach 0.9."""
    angle = at * np.pi / 6
    return np.array([np.cos(angle), np.sin(angle), 0.0], np.float32)


def key_of(partition: bytes, category: str, at: int) -> bytes:
    """One answer a place and point, so that the nearest is never a matter of taste."""
    return b"|".join((partition, category.encode(), b"%d" % at))


class Machine(RuleBasedStateMachine):
    """Puts, look-ups, purges and the passing of time. A roomy cache must have what the model has; a tight one may
    have less, and never anything else."""

    @initialize(tight=st.booleans(), away=st.booleans(), vectors=st.booleans())
    def open(self, tight: bool, away: bool, vectors: bool) -> None:
        """A cache of one of eight kinds, and a model that holds nothing."""
        self.tight, self.vectors = tight, vectors
        self.limit = 24 << 10 if tight else 64 * MIB
        self.store = Elsewhere() if away else MemoryStore()
        self.room = cache(
            {"default": Bar(0.9, TTL), "x": Bar(0.9, TTL / 2, quota=0.5)},
            guard=Guard(rules=()),
            index=small_graphs if available() else None,
            store=self.store,
            max_bytes=self.limit,
        )
        self.model: dict[tuple[str, bytes], tuple[Entry, int]] = {}
        self.now, self.looked, self.puts = 0.0, [0, 0], 0

    def fresh(self, found: Entry) -> bool:
        """Whether the model would still serve it."""
        return self.now - found.created < (TTL / 2 if found.category == "x" else TTL)

    def agree(self, hit: object, wanted: Entry | None) -> None:
        """The answer is the model's, or (where room is scarce) none."""
        if not isinstance(hit, Hit):
            assert self.tight or wanted is None
            return
        assert wanted is not None
        assert hit.away is isinstance(self.store, Elsewhere)
        whole = MemoryStore.get(self.store, name_of(wanted.tenant, wanted.key))
        found = self.room.arrived(hit, whole) if hit.away else hit
        assert found is not None
        assert found.entry == wanted

    @rule(tenant=TENANTS, partition=PARTITIONS, category=CATEGORIES, at=POINTS, size=st.integers(1, 3000))
    def put(self, tenant: str, partition: bytes, category: str, at: int, size: int) -> None:
        """A new answer takes the place of the old one of that key, also if it cannot be kept."""
        key = key_of(partition, category, at)
        body = b"%d" % self.puts * size
        kept = entry(key, tenant=tenant, partition=partition, category=category, body=body, created=self.now)
        self.puts += 1
        held = self.room.put(kept, point(at) if self.vectors else None, self.now)
        assert held or self.tight
        self.model.pop((tenant, key), None)
        if held:
            self.model[tenant, key] = (kept, at)

    @rule(tenant=TENANTS, partition=PARTITIONS, category=CATEGORIES, at=POINTS)
    def look_up(self, tenant: str, partition: bytes, category: str, at: int) -> None:
        """By key and by likeness, the answer is the model's."""
        key = key_of(partition, category, at)
        found = self.model.get((tenant, key))
        wanted = found[0] if found is not None and self.fresh(found[0]) else None
        self.looked[0] += 1
        self.agree(self.room.exact(key, tenant, self.now), wanted)
        self.looked[1] += 1
        hit = self.room.nearest(partition, tenant, point(at), ASKED, category, self.now)
        self.agree(hit, wanted if self.vectors else None)

    @rule(seconds=st.floats(0.0, 40.0))
    def wait(self, seconds: float) -> None:
        """Time passes; nothing else happens."""
        self.now += seconds

    @rule(tenant=TENANTS, partition=st.none() | PARTITIONS)
    def purge(self, tenant: str, partition: bytes | None) -> None:
        """Everything of a place goes; what had expired may have gone before."""
        mine = [key for key, (found, _) in self.model.items() if key[0] == tenant]
        mine = [key for key in mine if partition in (None, self.model[key][0].partition)]
        alive = 0 if self.tight else sum(self.fresh(self.model[key][0]) for key in mine)
        assert alive <= self.room.purge(tenant, partition, now=self.now) <= len(mine)
        for key in mine:
            del self.model[key]

    @rule(tenant=TENANTS, partition=PARTITIONS, category=CATEGORIES, at=POINTS)
    def forget(self, tenant: str, partition: bytes, category: str, at: int) -> None:
        """One goes by name."""
        key = key_of(partition, category, at)
        known = self.room.forget(name_of(tenant, key))
        assert not known or (tenant, key) in self.model
        self.model.pop((tenant, key), None)

    @invariant()
    def the_books_add_up(self) -> None:
        """Nothing is kept that was not put, every look-up and put is counted once, and no bound is exceeded."""
        stats = self.room.stats()
        shelves = stats.categories.values()
        alive = 0 if self.tight else sum(self.fresh(found) for found, _ in self.model.values())
        assert alive <= stats.entries == sum(each.entries for each in shelves) <= len(self.model)
        taken = sum(each.bytes for each in shelves) + self.room._held.rows.vacant * SLOT
        assert 0 <= stats.bytes == taken <= self.limit
        assert "x" not in stats.categories or stats.categories["x"].bytes <= self.limit / 2
        assert sum(each.admitted + each.refused for each in shelves) == self.puts
        assert stats.exact_misses + sum(each.hits_exact for each in shelves) == self.looked[0]
        assert sum(each.hits_semantic + each.misses for each in shelves) == self.looked[1]


TestCacheMachine = Machine.TestCase
TestCacheMachine.settings = settings(max_examples=60, stateful_step_count=50)
