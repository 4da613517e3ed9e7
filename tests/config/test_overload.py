"""What is given up, as the configuration has it."""

from __future__ import annotations

import pytest

from wrp_router.config.overload import OverloadConfig, StepsConfig


def test_what_is_so_without_a_word():
    """Lines are kept short, what may be shed is told soon, and memory is the container's to bound."""
    made = OverloadConfig()
    assert (made.line, made.sheddable, made.lag, made.memory) == (0.2, 0.01, 0.5, None)


def test_steps_come_in_their_order():
    """Nobody refuses default requests before sheddable ones."""
    assert StepsConfig(0.5, 0.5, 0.5, 0.5).all == 0.5
    with pytest.raises(ValueError, match="in this order"):
        StepsConfig(sheddable=0.9, default=0.8)
