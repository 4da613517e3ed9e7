"""Nobody gets somebody else's answer, however alike the questions are."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cache.makers import axis, cache, clustered, entry
from wrp_cache import Bar, Hit
from wrp_cache.guard import Guard

pytestmark = pytest.mark.fault("C4")

PROBES = 10_000
ASKED = "How do I reset my password?"


@pytest.mark.parametrize("differs", ["tenant", "partition", "category", "key"])
def test_ten_thousand_probes(differs: str) -> None:
    """Requests that are nearly identical, under other tenants, partitions, categories or keys: no hit, while each
    one's own is one."""
    room = cache({"default": Bar(0.5), "code": Bar(0.5), "law": Bar(0.5)}, guard=Guard(rules=()), max_bytes=1 << 30)
    vectors = axis(0, 16) + 0.01 * clustered(PROBES, 16, 7)
    categories = ("default", "code", "law")
    for at in range(100):
        place = {"tenant": f"t{at}", "partition": b"p%d" % at, "category": categories[at % 3]}
        room.put(entry(b"k%d" % at, **place), vectors[at], 0.0)
    hits = 0
    for at in range(PROBES):
        own = at % 100
        tenant, partition, key = f"t{own}", b"p%d" % own, b"k%d" % own
        category = categories[own % 3]
        if differs == "tenant":
            tenant = f"t{(own + 1 + at // 100 % 99) % 100}"
        elif differs == "partition":
            partition = b"p%d" % ((own + 1 + at // 100 % 99) % 100)
        elif differs == "category":
            category = categories[(own + 1 + at % 2) % 3]
        if differs == "key":
            hits += room.exact(key + b"%d" % at, tenant, 0.0) is not None
        else:
            hits += isinstance(room.nearest(partition, tenant, vectors[at], ASKED, category, 0.0), Hit)
            hits += differs == "tenant" and room.exact(key, tenant, 0.0) is not None
    assert hits == 0
    own = room.nearest(b"p0", "t0", vectors[0], ASKED, "default", 0.0)
    assert isinstance(own, Hit)
    assert room.exact(b"k0", "t0", 0.0) is not None


def test_neighbours_of_others_do_not_crowd_out_ones_own() -> None:
    """A thousand nearer entries of another tenant take no place among the few that are looked at."""
    room = cache({"default": Bar(0.5)}, neighbours=1)
    vectors = np.repeat(axis(0)[np.newaxis], 1000, axis=0)
    for at, vector in enumerate(vectors):
        room.put(entry(b"%d" % at, tenant="b"), vector, 0.0)
    room.put(entry(), axis(0) + 0.3 * axis(1), 0.0)
    hit = room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    assert isinstance(hit, Hit)
    assert hit.entry.tenant == "a"
