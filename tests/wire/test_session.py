"""Facts about which conversation a request belongs to."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.body import decode
from wrp_router.wire.session import HEADERS, MAX_SESSION, session_of
from wrp_router.wire.words import Body
from wrp_signals.facts import Operation

HELLO = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]


def body(operation: Operation = "chat", **fields: Any) -> Body:
    return decode(operation, orjson.dumps({"model": "m", "messages": HELLO, "input": "x", "prompt": "x", **fields}))


def test_our_header_wins() -> None:
    """Then the others in their order, then the body."""
    headers = {name: str(place) for place, name in enumerate(HEADERS)}
    for place, name in enumerate(HEADERS):
        assert session_of(headers, body(user="u")) == str(place)
        del headers[name]
    assert session_of(headers, body(user="u")) == "u"


@pytest.mark.parametrize(
    ("fields", "session"),
    [
        ({"conversation": {"id": "c"}, "user": "u"}, "c"),
        ({"conversation": "c", "user": "u"}, "c"),
        ({"metadata": {"session_id": "s", "user_id": "i"}, "user": "u"}, "s"),
        ({"metadata": {"conversation_id": "c", "user_id": "i"}}, "c"),
        ({"metadata": {"thread_id": "t", "chat_id": "c"}}, "t"),
        ({"conversation_id": "c", "user": "u"}, "c"),
        ({"chat_id": "c", "prompt_cache_key": "k"}, "c"),
        ({"litellm_session_id": "l", "user": "u"}, "l"),
        ({"session_params": {"session_id": "p"}, "user": "u"}, "p"),
        ({"session_id": "q", "user": "u"}, "q"),
        ({"prompt_cache_key": "k", "user": "u"}, "k"),
        ({"metadata": {"user_id": "i"}, "user": "u"}, "i"),
        ({"user": "u"}, "u"),
    ],
)
def test_fields_that_name_a_session(fields: dict[str, Any], session: str) -> None:
    """What names a conversation goes before what names a person."""
    assert session_of({}, body(**fields)) == session


@pytest.mark.parametrize("value", [5, None, [], {}, {"id": 5}, "", True])
def test_other_values_name_none(value: Any) -> None:
    """A session's name is a string."""
    odd = body(user=value, conversation=value, metadata=value, session_id=value, prompt_cache_key=value)
    assert session_of({}, odd).startswith("fp:")


@pytest.mark.parametrize("operation", ["chat", "messages", "responses"])
def test_a_growing_conversation_keeps_its_fingerprint(operation: Operation) -> None:
    """It is taken of the system prompt and the first question, in every dialect with turns."""
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    field = "input" if operation == "responses" else "messages"
    first = session_of({}, body(operation, **{field: turns[:1]}))
    assert first.startswith("fp:")
    assert session_of({}, body(operation, **{field: turns})) == first
    assert session_of({}, body(operation, **{field: turns[2:]})) != first


def test_dialects_say_the_system_prompt_differently() -> None:
    """Wherever it stands, it tells conversations apart."""
    plain = [{"role": "user", "content": "a"}]
    names = {
        session_of({}, body("messages", messages=plain, system=[{"type": "text", "text": "x"}])),
        session_of({}, body("messages", messages=plain, system="y")),
        session_of({}, body("messages", messages=plain)),
    }
    assert len(names) == 3
    by_field = session_of({}, body("responses", input="a", instructions="x"))
    by_item = session_of({}, body("responses", input=[{"role": "developer", "content": "x"}, *plain]))
    assert by_field == by_item == next(iter(names & {by_field}))


@pytest.mark.parametrize("operation", ["completion", "embedding"])
def test_single_turns_have_no_fingerprint(operation: Operation) -> None:
    """Where nothing comes back there is nothing to stay with."""
    assert session_of({}, body(operation)) == ""


@pytest.mark.parametrize("messages", [[{"role": "assistant", "content": "x"}], [{"role": ["user"]}], [{}]])
def test_nothing_said_is_no_session(messages: list[Any]) -> None:
    """Without a user's text all conversations would be one."""
    assert session_of({}, body(messages=messages)) == ""
    assert session_of({}, body("responses", input=[*messages, "garbage"])) == ""


def test_only_the_head_of_a_long_prompt_is_hashed() -> None:
    """With its length, so that a longer prompt is another one."""
    long = [{"role": "user", "content": "x" * 100_000}]
    longer = [{"role": "user", "content": "x" * 100_001}]
    assert session_of({}, body(messages=long)) != session_of({}, body(messages=longer))


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_names_are_short_printable_and_distinct(one: str, other: str) -> None:
    """What is too long or unprintable is replaced by its digest, not cut."""
    names = [session_of({"x-wrp-session": text}, body()) for text in (one, other)]
    assert all(0 < len(name) <= MAX_SESSION and name.isprintable() for name in names)
    assert (names[0] == names[1]) == (one == other)


def test_undecodable_headers_are_names_too() -> None:
    """Bytes that were no UTF-8 arrive as lone surrogates."""
    assert session_of({"x-wrp-session": "\udcff"}, body()).startswith("h:")


def test_no_client_can_claim_a_fingerprint() -> None:
    """Names that begin like ours are replaced by their digest, and stay distinct."""
    claimed = [session_of({"x-session-id": name}, body()) for name in ("fp:1", "fp:2", "h:1")]
    assert all(name.startswith("h:") and name != "h:1" for name in claimed)
    assert len(set(claimed)) == 3


def test_fingerprints_are_a_tenants_own_and_keyed() -> None:
    """Two tenants that ask the same are two; without the secret nobody can tell what was asked."""
    names = {
        session_of({}, body()),
        session_of({}, body(), tenant="a"),
        session_of({}, body(), tenant="b"),
        session_of({}, body(), tenant="a", secret=b"k"),
        session_of({}, body(), tenant="a", secret=b"k" * 64),
    }
    assert len(names) == 5
    assert session_of({}, body(), tenant="a", secret=b"k" * 65) in names


@pytest.mark.parametrize("name", ["x-request-id", "x-correlation-id", "x-trace-id", "traceparent"])
def test_what_names_one_request_is_no_session(name: str) -> None:
    """It would make every request a conversation of its own."""
    assert session_of({name: "1"}, body()).startswith("fp:")
