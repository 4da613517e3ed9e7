"""What every policy promises that can be learned together with other processes'."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policies import makers
from tests.policies.fellows import Fellow, Server, Verdict
from tests.policies.selection.quality_making import MATERIALS
from wrp_policies import SelectionSpec
from wrp_policies.selection.track_and_stop import Tracker
from wrp_policies.sharing import Shares

KINDS = ["linucb", "lints", "epsilon_greedy", "track_and_stop"]

VERDICTS = st.tuples(st.integers(0, 2), st.integers(0, 1), st.floats(0.0, 1.0))
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.one_of(st.lists(VERDICTS, max_size=4), st.sampled_from(["ok", "unsaid", "unsent"]))
    ),
    max_size=25,
)
"""What one of three routers does: hears verdicts, or turns; its page may not arrive, or arrive without it knowing."""


def spec(kind: str, **more: Any) -> SelectionSpec:
    fields = {name: value for name, value in makers.SELECTIONS[kind].items() if name != "discount"} | more
    found: SelectionSpec = msgspec.convert({"kind": kind, **fields}, type=SelectionSpec)
    return found


def live(fellows: list[Fellow], steps: list[tuple[int, Any]]) -> list[Verdict]:
    """All verdicts, in the order in which they came; at the end everybody has told and heard all."""
    heard: list[Verdict] = []
    for who, what in steps:
        fellows[who].now += 1.0
        if isinstance(what, list):
            fellows[who].judge(what)
            heard += what
        else:
            fellows[who].turn(written=what != "unsent", told=what == "ok")
    for _ in range(3):
        for fellow in fellows:
            fellow.turn()
    return heard


def agree(found: dict[str, list[float]], expected: dict[str, list[float]], within: float = 1e-6) -> None:
    for name, row in expected.items():
        assert found[name] == pytest.approx(row, abs=within, rel=within)


def test_who_shares_is_known() -> None:
    """These kinds do, and a shadow has what its parts have; no other does."""
    assert [kind for kind in makers.SELECTIONS if isinstance(makers.built(kind), Shares)] == [*KINDS, "shadow"]
    assert dict(makers.built("shadow").shared) == {}  # type: ignore[attr-defined]
    both = {"use": {"kind": "linucb", **makers.SELECTIONS["linucb"]}, "shadow": makers.SELECTIONS["shadow"]["use"]}
    policy = msgspec.convert({"kind": "shadow", **both}, type=SelectionSpec).build(MATERIALS)
    assert list(policy.shared) == ["use/"]


@pytest.mark.parametrize("kind", KINDS)
@given(steps=STEPS)
@settings(max_examples=40, deadline=None)
def test_together_they_know_what_one_would(kind: str, steps: list[tuple[int, Any]]) -> None:
    """Who had heard it all: whoever heard what, whenever they told each other, and whatever got lost on the way."""
    server = Server()
    fellows = [Fellow(spec(kind), server, b"%d" % number) for number in range(3)]
    heard = live(fellows, steps)
    one = Fellow(spec(kind), Server(), b"one")
    one.judge(heard)
    for fellow in fellows:
        agree(fellow.rows(), one.rows())


@given(steps=STEPS)
@settings(max_examples=40, deadline=None)
def test_discounts_are_those_of_one_after_the_other(steps: list[tuple[int, Any]]) -> None:
    """Pieces count as if one had lived through them in the order in which they were told."""
    server = Server()
    fellows = [Fellow(spec("linucb", discount=0.9), server, b"%d" % number) for number in range(3)]
    pieces: list[list[Verdict]] = [[], [], []]
    one = Fellow(spec("linucb", discount=0.9), Server(), b"one")
    for who, what in [*steps, *[(who, "ok") for who in (0, 1, 2, 0, 1, 2)]]:
        if isinstance(what, list):
            fellows[who].judge(what)
            pieces[who] += what
        else:
            fellows[who].turn()
            one.judge(pieces[who])
            pieces[who] = []
    for fellow in fellows:
        agree(fellow.rows(), one.rows(), within=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_dead_are_remembered(kind: str) -> None:
    """Who starts knows what they told, and it counts once, however often it is looked at, be there a file or not."""
    server = Server()
    dead = Fellow(spec(kind), server, b"dead")
    dead.judge([(0, 1, 1.0), (1, 0, 0.5)] * 20)
    dead.turn()
    kept = dead.policy.state()
    for state in (b"", kept):
        new = Fellow(spec(kind), server, b"new", state=state)
        for _ in range(3):
            new.turn()
        agree(new.rows(), dead.rows())


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_forgotten_by_all(kind: str) -> None:
    """Who notices that a pool has changed tells that, too: the others keep no more of its past."""
    server = Server()
    one, two = (Fellow(spec(kind), server, name) for name in (b"one", b"two"))
    for fellow in (one, two):
        fellow.judge([(0, 1, 1.0)] * 100)
        fellow.turn()
    one.turn()
    assert judged(one) == 200
    one.judge([(0, 1, 0.0)] * 60)
    one.turn()
    two.turn()
    agree(two.rows(), one.rows())
    assert judged(two) < 100


def judged(fellow: Fellow) -> float:
    """How many verdicts on the large pool are known."""
    row = fellow.rows()["large"]
    return sum(row[:32]) if isinstance(fellow.policy, Tracker) else row[0]
