"""Rows that add up."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from wrp_policies.learning.totals import MOST_ARMS, Done, Form, Totals, Untold, merged, read, totals_of

FORM = Form(4, 2, (0,))
ROW = np.array([1.0, 2.0, 3.0, 4.0])
EMPTY = totals_of(0, {})


def done(**fields: object) -> bytes:
    return msgspec.msgpack.encode(Done(**({"seen": 0, "spent": 0.0, "keep": {}, "added": {}} | fields)))  # type: ignore[arg-type]


def rows(total: bytes, *names: str) -> dict[str, list[float]]:
    return {name: row.tolist() for name, row in read(total, FORM, names)[1].items()}


def test_there_and_back() -> None:
    """What is asked for, as far as it is there."""
    total = totals_of(7, {"a": ROW, "b": 2 * ROW}, 0.5)
    assert rows(total, "b", "c") == {"b": [2.0, 4.0, 6.0, 8.0]}
    assert read(total, FORM, ())[0].seen == 7


def test_what_was_done_to_one_is_done_to_all() -> None:
    """Column by column: what was before counts less, and then something is added. In between, too."""
    untold = Untold(2, 4, 2)
    assert untold.done(("a", "b")) == b""
    untold.added[0] += ROW
    untold.scale(0, 0.5, 1)
    untold.scale(0, 0.5)
    untold.added[0] += 1.0
    untold.seen = 3
    total = merged(totals_of(1, {"a": ROW}), [untold.done(("a", "b"), 2.0)], FORM, {})
    assert rows(total, "a", "b") == {"a": [2.0, 2.0, 4.0, 3.0]}
    found = read(total, FORM, ())[0]
    assert (found.seen, found.spent) == (4, 2.0)
    untold.clear()
    assert untold.done(("a", "b")) == b""


def test_places_that_are_told() -> None:
    """What is kept twice here is told once."""
    untold = Untold(1, 6, 2, np.array([0, 1, 4, 5]))
    untold.added[0] = [1.0, 2.0, 9.0, 9.0, 3.0, 4.0]
    assert rows(merged(EMPTY, [untold.done(("a",))], FORM, {}), "a") == {"a": ROW.tolist()}


def test_new_arms_begin_with_what_they_had() -> None:
    """Where that is known to who merges; what it had itself stays as it is."""
    fresh = {"a": ROW}
    total = merged(EMPTY, [done(added={"a": ROW.tobytes(), "b": ROW.tobytes()})], FORM, fresh)
    assert rows(total, "a", "b") == {"a": [2.0, 4.0, 6.0, 8.0], "b": ROW.tolist()}
    assert fresh["a"].tolist() == ROW.tolist()


def test_only_so_many_arms() -> None:
    """One's own and the latest others stay."""
    total = totals_of(0, {f"{number}": ROW for number in range(MOST_ARMS)})
    total = merged(total, [done(added={"new": ROW.tobytes()})], FORM, {"0": ROW})
    found = read(total, FORM, ())[0].rows
    assert len(found) == MOST_ARMS
    assert [name in found for name in ("0", "new", "1")] == [True, True, False]


@pytest.mark.parametrize(
    "said",
    [
        {"added": {"a": b"x"}},
        {"added": {"a": np.array([0.0, 0.0, 0.0, np.nan]).tobytes()}},
        {"added": {"a": np.array([-1.0, 0.0, 0.0, 0.0]).tobytes()}},
        {"keep": {"a": np.array([1.0, 1.5]).tobytes()}},
        {"keep": {"a": np.array([1.0, -0.5]).tobytes()}},
        {"keep": {"a": ROW.tobytes()}},
        {"seen": -1},
        {"spent": -1.0},
        {"spent": float("inf")},
        {"spent": float("nan")},
    ],
)
def test_what_cannot_be_is_refused(said: dict[str, object]) -> None:
    """Rows and factors that are none, and counts below zero or without end."""
    with pytest.raises(ValueError, match=r"."):
        merged(totals_of(0, {"a": ROW}), [done(**said)], FORM, {})


@pytest.mark.parametrize("total", [Totals(-1, 0.0, {}), Totals(0, 0.0, {"a": b"x"}), Totals(0, float("nan"), {})])
def test_totals_that_cannot_be_are_refused(total: Totals) -> None:
    """By who reads them, and by who adds to them."""
    data = msgspec.msgpack.encode(total)
    with pytest.raises(ValueError, match=r"."):
        read(data, FORM, ("a",))
    with pytest.raises(ValueError, match=r"."):
        merged(data, [done(added={"a": ROW.tobytes()})], FORM, {})
    with pytest.raises(msgspec.DecodeError):
        read(data[:-1], FORM, ("a",))
