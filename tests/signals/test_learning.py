"""What learns is known by its methods, and its state by its bytes."""

import msgspec
import pytest

from wrp_signals import Calibration, Learns, OutputSpec, ShapeSpec, StateDamaged, Used
from wrp_signals.learning import packed, unpacked


def test_learners_are_told_by_their_methods():
    """A flow can ask which signals learn."""
    assert isinstance(Calibration(), Learns)
    assert isinstance(OutputSpec().build(), Learns)
    assert not isinstance(ShapeSpec().build(), Learns)


def test_what_was_used_is_frozen_and_nothing_by_default():
    """Zero and empty stand for: the engine did not say."""
    used = Used()
    assert (used.tokens_in, used.tokens_out, used.cached, used.model) == (0, 0, 0, "")
    with pytest.raises(AttributeError):
        used.model = "m"


def test_states_are_read_back_or_refused():
    """The error names what is wrong, and is one of this room's."""
    assert unpacked(packed(Used(1, 2, 3, "m")), Used) == Used(1, 2, 3, "m")
    for bad in (b"", b"\xff\xff", msgspec.msgpack.encode({"tokens_in": "x"})):
        with pytest.raises(StateDamaged, match="not what was learned"):
            unpacked(bad, Used)
