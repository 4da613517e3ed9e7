"""What bars have learnt, as bytes and back."""

from __future__ import annotations

import random

import msgspec
import pytest

from wrp_cache.bars.acceptance import Acceptance, Fixed, Neighbour
from wrp_cache.bars.budget import Budget
from wrp_cache.bars.kept import BarsDoubtful, Kept, parts_of, restore, write
from wrp_cache.bars.verified import Verified

KEY = b"key"


def taught(acceptance: Acceptance, count: int = 400) -> Acceptance:
    """It has seen so many answers that were right."""
    for number in range(count):
        name = b"%016d" % (number % 3)
        acceptance.learn(Neighbour("default", "acme", name, 0.9 + number % 9 * 0.01), True, float(number))
    return acceptance


def data_of(acceptance: Acceptance, wall: float = 1000.0) -> bytes:
    return write(acceptance, list(parts_of(acceptance, 400.0)), wall, KEY)


@pytest.mark.parametrize("kind", [Budget, Verified])
def test_there_and_back(kind: type[Budget] | type[Verified]) -> None:
    """It knows what it knew; what is seen meanwhile does not change what was written."""
    before, after = taught(kind()), kind()
    data = data_of(before)
    taught(before, 10)
    restore(after, data, 400.0, 1000.0, KEY)
    assert list(parts_of(after, 400.0)) == list(parts_of(taught(kind()), 400.0))


def test_many_entries_are_told_in_parts() -> None:
    """Between which others have a turn; one that is forgotten meanwhile is left out."""
    learnt = Verified()
    for number in range(2500):
        learnt.learn(Neighbour("default", "acme", b"%016d" % number, 0.9), True, 0.0)
    parts = []
    for part in parts_of(learnt, 0.0):
        parts.append(part)
        learnt.forget(b"%016d" % 2400)
    assert len(parts) == 3
    after = Verified()
    restore(after, write(learnt, parts, 0.0, KEY), 0.0, 0.0, KEY)
    assert len(after) == 2499


def test_what_is_known_grows_older_meanwhile() -> None:
    """A router that was away for a week knows less than one that was away for a second."""
    data = data_of(taught(Budget()))
    week = 7 * 86400.0
    soon, late = Budget(), Budget()
    restore(soon, data, 400.0, 1001.0, KEY)
    restore(late, data, 400.0, 1000.0 + 8 * week, KEY)
    found = [sum(map(sum, each.state(400.0).desks[0].table)) for each in (soon, late)]
    assert found[0] > 100 * found[1] > 0.0


def test_what_does_not_learn_has_nothing_to_tell() -> None:
    """And takes nothing in."""
    assert list(parts_of(Fixed(), 0.0)) == []
    restore(Fixed(), data_of(Fixed()), 0.0, 0.0, KEY)


@pytest.mark.parametrize("data", [b"", b"WRPBARS1", b"x" * 100, b"WRPBARS1" + bytes(90)])
def test_no_state_at_all(data: bytes) -> None:
    """Other bytes are refused, and so is another key."""
    with pytest.raises(BarsDoubtful, match="damaged"):
        restore(Budget(), data, 0.0, 0.0, KEY)
    with pytest.raises(BarsDoubtful, match="damaged"):
        restore(Budget(), data_of(Budget()), 0.0, 0.0, b"other")


def test_a_thousand_corruptions() -> None:
    """All are refused; the bars stay as they were."""
    data, rng = data_of(taught(Budget(), 30)), random.Random(3)
    bars = Budget()
    for _ in range(1000):
        broken = bytearray(data)
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        with pytest.raises(BarsDoubtful):
            restore(bars, bytes(broken[: rng.randrange(1, 2 * len(broken))]), 0.0, 0.0, KEY)
    assert list(parts_of(bars, 0.0)) == list(parts_of(Budget(), 0.0))


def test_of_other_bars() -> None:
    """Another kind is refused by name, and so is another version, though both are sealed."""
    with pytest.raises(BarsDoubtful, match="of budget bars, not of verified"):
        restore(Verified(), data_of(Budget()), 0.0, 0.0, KEY)
    for bars, part in ((Budget(), {"desks": [], "version": -1}), (Verified(), {"learners": [], "version": -1})):
        with pytest.raises(BarsDoubtful, match="another make"):
            restore(bars, write(bars, [msgspec.msgpack.encode(part)], 0.0, KEY), 0.0, 0.0, KEY)
    mixed = [msgspec.msgpack.encode({"learners": [], "version": version}) for version in (1, 2)]
    with pytest.raises(BarsDoubtful, match="another make"):
        restore(Verified(), write(Verified(), mixed, 0.0, KEY), 0.0, 0.0, KEY)
    assert Kept("budget", 0.0, []).kind == "budget"


def test_every_category_is_a_part() -> None:
    """However many tenants there are, each is told in a millisecond."""
    learnt = Budget()
    for number in range(60):
        learnt.learn(Neighbour(f"c{number % 3}", f"t{number % 20}", b"n" * 16, 0.9), True, 0.0)
    parts, after = list(parts_of(learnt, 0.0)), Budget()
    assert len(parts) == 3
    restore(after, write(learnt, parts, 0.0, KEY), 0.0, 0.0, KEY)
    assert after.state(0.0) == learnt.state(0.0)
