"""The embedder without weights: deterministic, unit rows, like words near each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import HashingEmbedder

EMBED = HashingEmbedder(256).embed


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_every_text_gets_a_finite_unit_row(texts):
    """Any Unicode, empty texts included, alone or in a batch."""
    rows = EMBED(texts)
    assert rows.shape == (len(texts), 256)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[:1], EMBED(texts[:1]))


def test_shared_words_are_near_and_other_words_are_not():
    """Enough of a twin for tests of caches and likeness."""
    a, b, c = EMBED(["How do I cancel my order?", "how do i cancel my order", "Prime factors of ninety"])
    assert a @ b > 0.99
    assert abs(a @ c) < 0.4


def test_vectors_are_the_same_on_every_machine():
    """A fixed text has a fixed vector."""
    row = EMBED(["refund"])[0]
    assert np.flatnonzero(row).tolist() == [44]
    assert EMBED([""])[0][0] == 1.0


def test_no_texts_no_rows_and_an_id_by_dimension():
    """An empty batch is empty; ids of two dimensions differ."""
    assert EMBED([]).shape == (0, 256)
    assert HashingEmbedder(64).id != HashingEmbedder(128).id
    assert HashingEmbedder(64).dim == 64


def test_one_dimension_is_refused():
    """A vector of one number says nothing."""
    with pytest.raises(ValueError, match="at least 2"):
        HashingEmbedder(1)
