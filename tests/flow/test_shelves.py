"""Which requests are given examples, and whose."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flow.exampling import aiding, shelves
from tests.flow.makers import NORTH, ask
from wrp_cache.examples import Example
from wrp_router.flow.shelves import Shelves
from wrp_signals.facts import Facts, Message, RequestView, packed

USER, SYSTEM, SAID = Message("user", "x"), Message("system", "Be brief."), Message("assistant", "y")


def view(*messages: Message, **changes: Any) -> RequestView:
    return msgspec.structs.replace(ask().view, messages=messages or (USER,), **changes)


def facts(id: str = "dec_1", **changes: Any) -> Facts:
    fields = {"operation": "chat", "asked_model": "auto", "tenant": "t", "shelf": "s"}
    return Facts(id=id, **(fields | {"vectors": {"static": packed(NORTH)}} | changes))  # type: ignore[arg-type]


def made() -> Shelves:
    return shelves(aiding())


@pytest.mark.parametrize(
    "asked",
    [
        view(operation="completion"),
        view(operation="embedding"),
        view(operation="responses"),
        view(tools=("look_up",)),
        view(n=2),
        view(response_format="json_schema"),
        view(response_format="json_object"),
        view(Message("user", "x", images=1)),
        view(Message("user", "x", audio=1)),
        view(USER, Message("assistant", "", tool_calls=1), Message("tool", "42"), USER),
        view(USER, SAID),
        view(SAID, USER),
        view(SYSTEM),
        view(USER, SYSTEM, USER),
        msgspec.structs.replace(view(), messages=()),
    ],
)
def test_for_whom_there_is_none(asked: RequestView) -> None:
    """Other dialects; tools, images, sound, forms, several answers; what does not begin and end with the user."""
    assert made().shelf(asked) == ""


def test_same_instructions_same_shelf() -> None:
    """Whatever is asked, in either dialect of conversations; other instructions, or another tenant's, have another."""
    one = made()
    shelf = one.shelf(view(SYSTEM, USER))
    assert len(shelf) == 24
    assert shelf == one.shelf(view(SYSTEM, USER, SAID, Message("user", "z"), operation="messages"))
    others = [
        view(USER),
        view(Message("system", "Be brief"), USER),
        view(SYSTEM, SYSTEM, USER),
        view(Message("system", "Be brief.\x1eBe brief."), USER),
        view(SYSTEM, USER, tenant="other"),
        view(SYSTEM, Message("developer", ""), USER),
    ]
    assert len({shelf, *[one.shelf(other) for other in others]}) == len(others) + 1
    assert Shelves(aiding(), b"other key", lambda category: 1.0).shelf(view(SYSTEM, USER)) != shelf


@given(
    mine=st.tuples(st.text(max_size=3), st.lists(st.text(max_size=3), max_size=3)),
    theirs=st.tuples(st.text(max_size=3), st.lists(st.text(max_size=3), max_size=3)),
)
def test_no_two_tenants_share_one(mine: tuple[str, list[str]], theirs: tuple[str, list[str]]) -> None:
    """Whatever they are called, and whatever their instructions say."""
    one = made()
    found = [
        one.shelf(view(*[Message("system", text) for text in told], USER, tenant=tenant))
        for tenant, told in (mine, theirs)
    ]
    assert found[0] != found[1] or mine[0] == theirs[0]


def test_text_and_books_go_together() -> None:
    """What leaves the books leaves the texts: room, an equal question, a bad verdict, a purge."""
    policy = aiding(memory=msgspec.convert({"entries": 1}, type(aiding()._spec.memory)))
    one = shelves(policy)
    assert one.keep(facts(), Example("q", "a", b"p"), 10, 0.0)
    assert one.keep(facts("dec_2", shelf="other"), Example("q", "b", b"p"), 10, 0.0)
    assert one.texts.named(None, None) == [("t", "dec_2")]
    assert one.purge("u", None) == one.purge(None, b"q") == 0
    assert one.purge("t", b"p") == 1
    assert (len(one.texts), len(policy.memory)) == (0, 0)


@pytest.mark.parametrize(
    ("example", "life", "changes"),
    [
        (Example("q", "a"), 0.0, {}),
        (Example("q", "x" * 100_000), 9.0, {}),
        (Example("\ud800", "a"), 9.0, {}),
        (Example("q", "a"), 9.0, {"turns": 2}),
        (Example("q", "a"), 9.0, {"vectors": {}}),
    ],
)
def test_what_is_not_kept(example: Example, life: float, changes: dict[str, Any]) -> None:
    """Of a category that is not cached; too long; half a character; not a first question; of unknown likeness."""
    policy = aiding()
    one = shelves(policy, life)
    assert not one.keep(facts(**changes), example, 10, 0.0)
    assert (len(one.texts), len(policy.memory)) == (0, 0)


def test_as_long_as_its_category() -> None:
    """An answer that is good for a minute is an example for a minute."""
    policy = aiding()
    assert shelves(policy, 60.0).keep(facts(), Example("q", "a"), 10, 100.0)
    assert len(policy.memory.near("t", "s", NORTH, 3, 0.0, 159.0)) == 1
    assert policy.memory.near("t", "s", NORTH, 3, 0.0, 160.0) == []
