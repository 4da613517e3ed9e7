"""Requests as a few numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts
from wrp_policies.learning.context import CATEGORIES, LEAST_DIM, SHAPE, Context, bucket
from wrp_policies.learning.projection import Projection
from wrp_signals.facts import Reading, packed

AXES = Projection("axes", np.zeros(4), np.eye(3, 4))
VECTOR = packed(np.array([0.5, -0.25, 0.125, 1.0], np.float32))


def test_without_a_vector_the_shape_alone() -> None:
    """What is not known is zero, and learning goes on."""
    context = Context(LEAST_DIM + 3, "static", AXES)
    assert not context(facts())[SHAPE:].any()
    assert not context(facts(vectors={"model": VECTOR}))[SHAPE:].any()
    assert context(facts())[0] == 1.0


def test_the_vector_of_the_tier_along_the_axes() -> None:
    """The vector follows the shape and the category, turned onto the axes."""
    found = Context(LEAST_DIM + 3, "static", AXES)(facts(vectors={"static": VECTOR}))
    assert found[LEAST_DIM:].tolist() == [0.5, -0.25, 0.125]


def test_another_embedders_vector_is_none() -> None:
    """A log of another installation may be played; it must not crash, nor be taken for what it is not."""
    context = Context(LEAST_DIM + 3, "static", AXES)
    assert not context(facts(vectors={"static": VECTOR[:4]}))[LEAST_DIM:].any()
    endless = np.array([np.inf, 0, 0, 0], "<f2").tobytes()
    assert not context(facts(vectors={"static": endless}))[LEAST_DIM:].any()


def test_categories_have_places() -> None:
    """A category that was read sets one of eight; none where the signal was not read."""
    context = Context(LEAST_DIM)
    hashed = context(facts(readings={"category": Reading("math")}))[SHAPE:LEAST_DIM]
    assert hashed.sum() == 1.0
    assert hashed[bucket("math", CATEGORIES)] == 1.0
    assert not context(facts())[SHAPE:].any()


@given(
    tokens=st.integers(0, 2**40),
    allowed=st.none() | st.integers(-5, 2**40),
    turns=st.integers(0, 10**9),
    category=st.text(),
)
def test_all_is_small_and_finite(tokens: int, allowed: int | None, turns: int, category: str) -> None:
    """Whatever a request says of itself."""
    found = Context(LEAST_DIM)(
        facts(prompt_tokens=tokens, max_tokens=allowed, turns=turns, readings={"category": Reading(category)})
    )
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 4.0


@pytest.mark.parametrize(
    "changes", [{"tools": 2}, {"images": 1}, {"response_format": "json_schema"}, {"max_tokens": 9}, {"turns": 5}]
)
def test_the_shape_tells(changes: dict[str, object]) -> None:
    """Requests that differ in what they want are told apart."""
    context = Context(LEAST_DIM)
    assert context(facts(**changes)).tolist() != context(facts()).tolist()


def test_the_id_says_what_the_axes_are() -> None:
    """Statistics along other axes, or as many others, are another's."""
    ids = {Context(LEAST_DIM).id, Context(LEAST_DIM + 3).id, Context(LEAST_DIM + 3, "static", AXES).id}
    assert len(ids) == 3
