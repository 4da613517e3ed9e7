"""Past answers before a conversation: those alone are new."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.examples import Example
from wrp_router.wire.body import decode, with_model
from wrp_router.wire.examples import tree_with, view_with, with_examples
from wrp_router.wire.view import messages_of, view_of
from wrp_signals.facts import Operation

ONE, TWO = Example('What is "1"?', "One.\n"), Example("Deux ?", "Zwei – 二")
TURNS = [
    {"role": "user", "content": ONE.question},
    {"role": "assistant", "content": ONE.answer},
    {"role": "user", "content": TWO.question},
    {"role": "assistant", "content": TWO.answer},
]
SPACE = st.text(" \n\t\r", max_size=3)


def test_byte_for_byte() -> None:
    """What is no space between members, nor new, is where it was: unknown fields, odd numbers, escapes."""
    first, rest = rb'{"role":"system","content":"\u00e9"} ,', rb' {"role":"user" ,"content":"a\/b"} ]'
    raw = rb'{"model":"m","seed":1e0,"messages":[ ' + first + rest + rb',"x":[1.0 ]}'
    told = orjson.dumps(TURNS)[1:-1] + b","
    changed = with_examples(decode("chat", raw), (ONE, TWO))
    assert changed.raw == rb'{"model":"m","seed":1e0,"messages":[ ' + first + told + rest + rb',"x":[1.0 ]}'


@pytest.mark.parametrize("operation", ["chat", "messages"])
def test_where_they_stand(operation: Operation) -> None:
    """After the instructions, before everything else; the model changes as it always does."""
    first = (
        []
        if operation == "messages"
        else [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": "x"}]
    )
    asked = {"role": "user", "content": "And now?"}
    tree: dict[str, Any] = {"model": "auto", "messages": [*first, asked], "max_tokens": 5}
    if operation == "messages":
        tree["system"] = "Be brief."
    body = decode(operation, orjson.dumps(tree))
    changed = with_examples(body, (ONE, TWO))
    expected = {**tree, "messages": [*first, *TURNS, asked]}
    assert orjson.loads(changed.raw) == changed.tree == tree_with(tree, (ONE, TWO)) == expected
    assert orjson.loads(with_model(changed, "small")) == {**expected, "model": "small"}
    assert with_model(changed, "auto") == changed.raw
    assert (changed.operation, changed.stream, changed.choices) == (operation, False, 1)
    assert body.raw == orjson.dumps(tree)


def test_nothing_to_put_there() -> None:
    """The body itself."""
    body = decode("chat", b'{"model":"m","messages":[{"role":"user","content":"x"}]}')
    assert with_examples(body, ()) is body


@given(
    spaces=st.lists(SPACE, min_size=8, max_size=8),
    system=st.integers(0, 2),
    texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=3, max_size=3),
)
def test_however_it_is_spelt(spaces: list[str], system: int, texts: list[str]) -> None:
    """Every message that was there is there as it was spelt; what signals see is what engines read."""
    roles = ["system"] * system + ["user"]
    items = [
        f'{{"role"{a}:"{role}","content":{b}{orjson.dumps(text).decode()}}}'
        for role, text, a, b in zip(roles, texts, spaces, spaces[3:], strict=False)
    ]
    listed = f"{spaces[6]},{spaces[7]}".join(items)
    raw = f'{{"model":"m","messages":{spaces[0]}[{spaces[1]}{listed}{spaces[2]}]}}'.encode()
    body = decode("chat", raw)
    changed = with_examples(body, (ONE,))
    for item in items:
        assert item.encode() in changed.raw
    view = view_of(body, tenant="t", session="", headers={})
    assert view_with(view, (ONE,)).messages == messages_of(changed) == messages_of(decode("chat", changed.raw))
    assert bytes(changed.fields["messages"]) in changed.raw
    kept = changed.raw.replace(orjson.dumps(TURNS[:2])[1:-1] + b",", b"", 1)
    assert kept.replace(b'"messages":', b'"messages":' + spaces[0].encode(), 1) == raw


def test_how_long_it_is() -> None:
    """What goes before it counts in a view's size."""
    body = decode("chat", b'{"model":"m","messages":[{"role":"user","content":"x"}]}')
    view = view_of(body, tenant="t", session="", headers={})
    assert view_with(view, (ONE,)).size == view.size + len(ONE.question) + len(ONE.answer)
    assert view_with(msgspec.structs.replace(view, messages=()), (ONE,)).asked() == ONE.question
