"""What words are worth."""

from __future__ import annotations

from typing import get_args

import pytest

from wrp_policies.learning.verdicts import QUALITY, REACTIONS, Form, Reaction, Verdict, quality_of
from wrp_signals.feedback import ORDER


def test_every_word_has_its_worth() -> None:
    """In [0, 1], and no other word has any."""
    assert set(QUALITY) == {*get_args(Verdict), *get_args(Reaction), *get_args(Form)}
    assert all(0.0 <= worth <= 1.0 for worth in QUALITY.values())
    assert (quality_of("good"), quality_of("bad")) == (1.0, 0.0)
    with pytest.raises(KeyError):
        quality_of("none")


def test_all_that_the_signal_hears_counts() -> None:
    """Whatever a turn may say of the answer before it; a `none` says nothing."""
    assert {*ORDER, "reask"} <= REACTIONS
    assert "none" not in REACTIONS
