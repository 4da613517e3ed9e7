"""What a flow asks of the world."""

from __future__ import annotations

import msgspec
import pytest

from wrp_policies.types import Ended, Outcome
from wrp_router.flow.commands import NOW, ClientGone, Command, Delivered, Now


@pytest.mark.parametrize("command", Command.__args__)
def test_commands_are_words(command: type[msgspec.Struct]):
    """Frozen, and each says how it is answered."""
    assert command.__struct_config__.frozen
    assert command.__doc__


def test_the_time_is_asked_for_by_one_object():
    """There is nothing to tell two of them apart."""
    assert Now() == NOW


def test_leaving_says_when_and_how():
    """The phase, and the outcome of the attempt that was running."""
    outcome = Outcome("p", "s", "m", Ended.CLIENT_GONE)
    gone = ClientGone("stream", outcome)
    assert (gone.phase, gone.outcome, str(gone)) == ("stream", outcome, "stream")


def test_nothing_delivered_is_no_error():
    """Until somebody says otherwise."""
    assert (Delivered().status, Delivered().error, Delivered().body) == (200, "", None)
