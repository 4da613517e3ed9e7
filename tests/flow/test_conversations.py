"""Who is known to have answered a conversation."""

from __future__ import annotations

import msgspec

from tests.flow.makers import ask
from wrp_router.flow.conversations import Conversations, Seen
from wrp_signals.facts import RequestView

ASKED = ask(view={"session": "s", "tenant": "t"}).view


def view(**changes: str) -> RequestView:
    return msgspec.structs.replace(ASKED, **changes)


def seen(server: str = "small-a", at: float = 0.0) -> Seen:
    return Seen(server.rpartition("-")[0], server, at)


def test_the_last_answer_counts() -> None:
    """By session; a conversation without a name is nobody's."""
    known = Conversations()
    known.note(ASKED, "", seen("small-a"))
    known.note(ASKED, "", seen("large-a", 1.0))
    assert known.last(ASKED, 2.0) == seen("large-a", 1.0)
    known.note(view(session=""), "", seen())
    assert known.last(view(session=""), 2.0) is None
    assert len(known) == 1


def test_who_keeps_what() -> None:
    """By the name of the response, and by the name that the caller gave for what it went on from."""
    known = Conversations()
    known.note(view(state="conv_1"), "resp_1", seen())
    assert known.keeper(view(state="resp_1"), 1.0) == known.keeper(view(state="conv_1"), 1.0) == seen()
    assert known.keeper(view(state="resp_2"), 1.0) is None
    assert known.keeper(ASKED, 1.0) is None


def test_names_of_other_tenants() -> None:
    """Mean other conversations; and a session is never taken for a response."""
    known = Conversations()
    known.note(ASKED, "resp_1", seen())
    assert known.last(view(tenant="u"), 1.0) is None
    assert known.keeper(view(tenant="u", state="resp_1"), 1.0) is None
    assert known.keeper(view(state="s"), 1.0) is None
    assert known.last(view(session="resp_1"), 1.0) is None


def test_bounded() -> None:
    """In number, the latest staying; in age, whether or not it was thrown away yet; none at all at 0."""
    known = Conversations(most=3, keep=10.0)
    for at in range(5):
        known.note(view(session=f"s{at}"), "", seen(at=float(at)))
    assert [known.last(view(session=f"s{at}"), 5.0) is not None for at in range(5)] == [False, False, True, True, True]
    assert known.last(view(session="s4"), 14.0) is not None
    assert known.last(view(session="s4"), 14.1) is None
    known.note(ASKED, "", seen(at=13.5))
    assert len(known) == 2
    none = Conversations(most=0)
    none.note(ASKED, "resp_1", seen())
    assert len(none) == 0
