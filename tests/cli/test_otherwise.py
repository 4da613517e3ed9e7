"""The smallest change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.routes import Route
from wrp_policies.when import Env, compile
from wrp_router.cli.otherwise import Change, Piece, sentence, smallest
from wrp_signals.facts import Facts, Reading

SCHEMA = {"pii": "bool", "refund": "bool", "hard": "number", "category": "string", "late": "bool"}
ENV = Env(
    Facts("id", "chat", "auto", prompt_tokens=50),
    {
        "pii": Reading(False, 0.1),
        "refund": Reading(True, 0.6),
        "hard": Reading(0.5, 0.5),
        "category": Reading("law", 0.9),
    },
    0.0,
)


def routes(*conditions: str) -> list[Route]:
    return [Route(str(number), compile(source, SCHEMA)) for number, source in enumerate(conditions)]


def change(taken: str, *conditions: str) -> tuple[str, list[tuple[str, bool]]] | None:
    found = smallest(routes(*conditions), taken, ENV)
    return None if found is None else (found.route, [(piece.source, piece.wanted) for piece in found.pieces])


@pytest.mark.parametrize(
    ("conditions", "taken", "expected"),
    [
        (["pii", "true"], "1", ("0", [("pii", True)])),
        (["refund", "true"], "0", ("1", [("refund", False)])),
        (["pii && hard > 0.9", "true"], "1", ("0", [("pii", True), ("hard > 0.9", True)])),
        (["pii || hard > 0.51", "true"], "1", ("0", [("hard > 0.51", True)])),
        (["!refund", "true"], "1", ("0", [("refund", False)])),
        (["!(refund || pii)", "true"], "1", ("0", [("refund", False)])),
        (["refund && (pii || hard > 0.4)", "true"], "0", ("1", [("hard > 0.4", False)])),
        (["refund ? pii : hard > 2.0", "true"], "1", ("0", [("pii", True)])),
        (["late ? pii : refund", "true"], "1", ("0", [("late ? pii : refund", True)])),
        (["true"], "0", None),
        (["false", "true"], "1", None),
        (["false && pii", "true"], "1", None),
        (["false || pii", "true"], "1", ("0", [("pii", True)])),
        (["late", "true"], "1", ("0", [("late", True)])),
        (['category == "math"', "hard > 0.55", "true"], "2", ("1", [("hard > 0.55", True)])),
        (["pii", "refund", "late", "true"], "1", ("", [("refund", False)])),
        (["refund", "pii"], "0", ("", [("refund", False)])),
        (["pii", "hard > 0.9"], "", ("1", [("hard > 0.9", True)])),
    ],
)
def test_table(conditions: list[str], taken: str, expected: object):
    """The fewest pieces, the nearest among equals, and where it would lead if that can be told."""
    assert change(taken, *conditions) == expected


def test_in_words():
    """One sentence, with the values as they are now."""
    found = smallest(routes('hard > 0.6 && category == "law"', "true"), "1", ENV)
    assert sentence(found) == "if `hard > 0.6` were true (now hard = 0.5), it would take the route 0"
    assert sentence(Change("", (Piece("pii", True, ("pii = false",)),))).endswith("it would take another route")
    assert sentence(None) == "no value of a signal would have changed it"


ATOMS = ("pii", "refund", "hard > 0.7", "hard < 0.9", 'category == "law"', "request.tokens > 9")
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda many: "(" + " && ".join(many) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda many: "(" + " || ".join(many) + ")"),
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_it_would_indeed_change(source: str):
    """With the named pieces turned into what is wanted of them, the answer is the other one."""
    condition = compile(source, SCHEMA)
    before = condition.evaluate(ENV)
    taken = "0" if before is True else "1"
    found = smallest([Route("0", condition), Route("1", compile("true", SCHEMA))], taken, ENV)
    if found is None:  # a piece stands there twice, once wanted and once not
        assert any(source.count(atom) > 1 for atom in ATOMS)
        return
    after = source
    for piece in found.pieces:
        after = after.replace(piece.source, str(piece.wanted).lower())
    assert compile(after, SCHEMA).evaluate(ENV) is (not before)
