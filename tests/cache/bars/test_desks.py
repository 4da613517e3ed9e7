"""Desks are bounded; who has none is one of the crowd, and who loses one leaves little to it."""

from __future__ import annotations

import pytest

from wrp_cache.bars.desks import CATEGORIES, DESKS, PART, TENANTS, House
from wrp_cache.bars.evidence import RIGHT


def test_who_asked_longest_ago_loses_its_desk():
    """And leaves no more than its part to the crowd; who has no desk asks at the crowd's."""
    house = House(1000.0)
    hall = house.hall("code", 0.0)
    for n in range(TENANTS):
        house.open(hall, f"t{n}", 0.0).counts.table[RIGHT, 20] = 500.0
    kept = hall.ask("t0", 7.0)
    assert kept.counts.touched == 7.0
    new = house.open(hall, "new", 8.0)
    assert len(house) == len(hall.desks) == TENANTS
    assert hall.ask("t1", 9.0) is hall.crowd
    assert hall.ask("t0", 9.0) is kept
    assert hall.ask("new", 9.0) is new
    assert hall.crowd.counts.mass == pytest.approx(PART)
    assert len(hall.everybody()) == TENANTS + 1


def test_all_categories_together_are_bounded():
    """In desks, those of the fullest going where a category has none; and in number, the first that came going."""
    house = House(1000.0)
    for n in range(CATEGORIES + 3):
        hall = house.hall(f"c{n}", 0.0)
        for tenant in range(6):
            house.open(hall, f"t{tenant}", 0.0)
        assert len(house) <= DESKS
        assert hall.desks
    halls = dict(house)
    assert len(halls) == CATEGORIES
    assert "c2" not in halls
    assert len(house) == sum(len(hall.desks) for hall in halls.values())


def test_what_is_known_of_a_tenant_elsewhere():
    """Of its other categories, sixteen at most; of the crowd, of other crowds."""
    house = House(1000.0)
    for n in range(20):
        hall = house.hall(f"c{n}", 0.0)
        if n < 3:
            house.open(hall, "acme", 0.0)
    first = house.hall("c0", 0.0)
    assert len(house.elsewhere(first, "acme")) == 2
    assert len(house.elsewhere(first, None)) == 16
    assert house.elsewhere(first, "globex") == []
