"""What every model scored on every prompt."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.policies.training.outcome_tables import table
from wrp_policies.training.outcomes import LONGEST, Outcome, known_means, table_of, understood

LINE = {"prompt": "What is 2+2?", "scores": {"a": 1, "b": 0.5}, "cost": {"a": 0.001}}


def test_a_line():
    """Numbers by model; what is null is not known; category and task where they stand."""
    assert understood(LINE) == Outcome("What is 2+2?", {"a": 1.0, "b": 0.5}, {"a": 0.001})
    more = LINE | {"scores": {"a": None, "b": True}, "cost": None, "category": "maths", "task": "sums"}
    assert understood(more) == Outcome("What is 2+2?", {"b": 1.0}, {}, "maths", "sums")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prompt": " "}, "`prompt` is no text"),
        ({"prompt": 7}, "`prompt` is no text"),
        ({"prompt": "x" * (LONGEST + 1)}, "has more than"),
        ({"scores": None}, "`scores` is missing"),
        ({"scores": [1, 0]}, "`scores` is missing"),
        ({"scores": {}}, "`scores` has no score"),
        ({"scores": {"a": None}}, "`scores` has no score"),
        ({"scores": {"a": 1.01}}, "`scores` of a: 1.01 is no number between 0 and 1"),
        ({"scores": {"a": -0.1}}, "between 0 and 1"),
        ({"scores": {"a": math.nan}}, "between 0 and 1"),
        ({"scores": {"a": "1"}}, "between 0 and 1"),
        ({"cost": {"a": -1e-9}}, "`cost` of a: -1e-09 is no number of US\\$, 0 or more"),
        ({"cost": {"a": math.inf}}, "0 or more"),
        ({"cost": 3}, "`cost` is missing, or no object"),
        ({"category": 3}, "`category` or `task` is no text"),
    ],
)
def test_bad_lines(change: dict[str, object], said: str):
    """Each says what is wrong with it."""
    with pytest.raises(ValueError, match=said):
        understood(LINE | change)


def test_no_object():
    """A list is none."""
    with pytest.raises(ValueError, match="not a JSON object"):
        understood([LINE])


def test_a_table():
    """Models in order of first sight; what a line leaves out is nan."""
    made = table_of([understood(LINE), Outcome("Who?", {"c": 0.0}, {"c": 2.0, "z": 9.0}, "people")])
    assert made.models == ("a", "b", "c")
    np.testing.assert_array_equal(made.scores, [[1.0, 0.5, np.nan], [np.nan, np.nan, 0.0]])
    np.testing.assert_array_equal(made.costs, [[0.001, np.nan, np.nan], [np.nan, np.nan, 2.0]])
    assert (made.categories, made.tasks, len(made), made.unknown) == (("", "people"), (), 2, 3)
    assert not made.priced
    assert len(set(made.groups)) == 2


def test_means_and_what_is_not_known():
    """Means are of what is known; filled in with them, nothing moves a mean."""
    made = table([[1.0, np.nan], [0.0, np.nan], [np.nan, np.nan]], [1.0, 3.0])
    np.testing.assert_array_equal(made.mean_scores(), [0.5, np.nan])
    np.testing.assert_array_equal(made.mean_costs(), [1.0, 3.0])
    scores, costs = made.filled()
    np.testing.assert_array_equal(scores[:, 0], [1.0, 0.0, 0.5])
    np.testing.assert_array_equal(costs, made.costs)
    assert made.priced
    np.testing.assert_array_equal(known_means(np.empty((0, 2))), [np.nan, np.nan])


def test_parts():
    """Rows with all their texts; columns with the prompts where one of them is known; complete prompts."""
    made = table([[1.0, 0.0, 0.1], [np.nan, 1.0, 0.2], [np.nan, np.nan, 0.3]], tasks=("x", "y", "z"))
    part = made.rows(np.array([2, 0]))
    assert (part.prompts, part.tasks, part.categories) == ((made.prompts[2], made.prompts[0]), ("z", "x"), ())
    narrow = made.of(["b", "a"])
    assert (narrow.models, narrow.tasks) == (("b", "a"), ("x", "y"))
    np.testing.assert_array_equal(narrow.scores, [[0.0, 1.0], [1.0, np.nan]])
    assert narrow.complete().tasks == ("x",)
    assert made.of(["c"]).complete().prompts == made.prompts
    with pytest.raises(KeyError, match="nobody"):
        made.of(["a", "nobody"])
