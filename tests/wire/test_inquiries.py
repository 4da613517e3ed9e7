"""Questions of our own as bodies: a request once more, and conversations of ours, in each dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wrp_policies.cascading.types import Token
from wrp_policies.questions import Again, Prompt
from wrp_router.wire.body import decode, with_fields
from wrp_router.wire.inquiries import HEADERS, PATHS, PROMPTED, Speaks, answer_to, changed, prompted, repeated
from wrp_router.wire.paths import ENDPOINTS
from wrp_signals.facts import Message, Operation

AGAIN = Again(0.7, 42)
ASKED: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "What is 6 * 7?"}]}
PROMPT = Prompt((Message("system", "You judge."), Message("user", "Is it so?")), 0.0, {"type": "object"}, 5)
ALL = Speaks(forms=True, likely=True)


def once_more(operation: Operation, tree: dict[str, Any], tokens: int = 100, vendor: bool = False) -> dict[str, Any]:
    """The request once more, as a tree; as bytes it says the same."""
    changes = repeated(operation, tree, AGAIN, tokens, vendor)
    as_tree = changed(tree, changes)
    if operation == "chat":
        assert json.loads(with_fields(decode("chat", json.dumps(tree).encode()), changes)) == as_tree
    return as_tree


def test_it_is_the_request_as_it_was() -> None:
    """But for one whole answer that is drawn anew."""
    fields = {"stream": True, "stream_options": {"include_usage": True}, "n": 3, "logprobs": True, "top_logprobs": 2}
    asked = {**ASKED, **fields, "temperature": 0, "user": "me", "unheard_of": [1]}
    said = once_more("chat", asked)
    drawn = {"stream": False, "n": 1, "temperature": 0.7, "seed": 42, "max_tokens": 100}
    assert said == {**ASKED, "user": "me", "unheard_of": [1], **drawn}


@pytest.mark.parametrize(
    ("operation", "fields", "vendor", "bound"),
    [
        ("chat", {"max_tokens": 50}, False, {"max_tokens": 50}),
        ("chat", {"max_tokens": 500}, True, {"max_tokens": 100}),
        ("chat", {"max_completion_tokens": 500}, False, {"max_completion_tokens": 100}),
        ("chat", {}, True, {"max_completion_tokens": 100}),
        ("chat", {"max_tokens": None}, False, {"max_tokens": 100}),
        ("completion", {}, False, {}),
        ("completion", {"max_tokens": 500}, False, {"max_tokens": 100}),
        ("responses", {}, False, {"max_output_tokens": 100}),
        ("messages", {"max_tokens": 4000}, True, {"max_tokens": 100}),
    ],
)
def test_how_long_it_may_be(operation: Operation, fields: dict[str, Any], vendor: bool, bound: dict[str, int]) -> None:
    """Never longer than the caller allows, nor than we do, by the name that the engine knows."""
    said = once_more(operation, {**ASKED, **fields}, vendor=vendor)
    assert {name: value for name, value in said.items() if name.startswith("max_")} == bound


def test_nothing_of_it_is_kept() -> None:
    """An answer of ours is in nobody's store, and runs in nobody's background."""
    assert once_more("responses", {"model": "m", "input": "x", "background": True})["store"] is False
    assert "background" not in once_more("responses", {"model": "m", "background": True})
    assert once_more("chat", {**ASKED, "store": True})["store"] is False
    assert "store" not in once_more("chat", ASKED)


@pytest.mark.parametrize(
    ("thinking", "temperature"), [(None, 1.0), ({"type": "disabled"}, 1.0), ({"type": "enabled"}, None)]
)
def test_anthropics_temperatures(thinking: Any, temperature: float | None) -> None:
    """End at 1, and thoughts are drawn at their own; there are no seeds."""
    said = changed({"thinking": thinking}, repeated("messages", {"thinking": thinking}, Again(1.5, 1), 9, vendor=True))
    assert (said.get("temperature"), "seed" in said) == (temperature, False)


def test_a_conversation_of_ours() -> None:
    """Chat is told of the form and of likely tokens, as far as the engine takes that."""
    said = json.loads(prompted("chat", "judge", PROMPT, 16, ALL))
    form = said.pop("response_format")
    assert form["json_schema"]["schema"] == {"type": "object"}
    assert said == {
        "model": "judge",
        "temperature": 0.0,
        "messages": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Is it so?"}],
        "max_tokens": 16,
        "logprobs": True,
        "top_logprobs": 5,
    }
    plain = json.loads(prompted("chat", "judge", PROMPT, 16, Speaks(vendor=True)))
    assert set(plain) == {"model", "temperature", "messages", "max_completion_tokens"}


def test_the_same_in_other_dialects() -> None:
    """Anthropic's system prompt stands apart; Responses are not stored."""
    said = json.loads(prompted("messages", "judge", PROMPT, 16, ALL))
    assert (said["system"], said["max_tokens"]) == ("You judge.", 16)
    assert said["messages"] == [{"role": "user", "content": "Is it so?"}]
    assert said["output_config"]["format"]["schema"] == {"type": "object"}
    bare = json.loads(prompted("messages", "judge", Prompt((Message("user", "Hm?"),)), 16, Speaks()))
    assert set(bare) == {"model", "temperature", "messages", "max_tokens"}
    said = json.loads(prompted("responses", "judge", PROMPT, 16, ALL))
    assert (said["store"], said["max_output_tokens"], len(said["input"])) == (False, 16, 2)
    assert said["text"]["format"]["schema"] == {"type": "object"}
    assert "text" not in json.loads(prompted("responses", "judge", PROMPT, 16, Speaks()))


def test_each_dialect_has_its_path() -> None:
    """And what its head says."""
    for operation, path in PATHS.items():
        assert ENDPOINTS[path].operation == operation
    assert set(PROMPTED) == set(HEADERS)


def answered(logprobs: Any) -> bytes:
    """A chat's answer."""
    choice = {"index": 0, "message": {"content": "4"}, "finish_reason": "stop", "logprobs": logprobs}
    return json.dumps({"choices": [choice]}).encode()


def test_tokens_come_with_likely_ones() -> None:
    """Where they were asked for."""
    token = {"token": "4", "logprob": -0.1, "top_logprobs": [{"token": "4", "logprob": -0.1}, {"token": " 5"}, 7]}
    body = answered({"content": [token]})
    answer = answer_to("chat", body, likely=True)
    assert answer is not None
    assert answer.tokens == (Token("4", (("4", -0.1),)),)
    plain = answer_to("chat", body)
    assert plain is not None
    assert plain.tokens == ()


@pytest.mark.parametrize("logprobs", [None, [], {"content": 1}, {"content": [7]}, {"content": [{"token": 1}]}])
def test_what_cannot_be_read_is_no_token(logprobs: Any) -> None:
    """Where one is missing the others stand elsewhere, and none counts."""
    answer = answer_to("chat", answered(logprobs), likely=True)
    assert answer is not None
    assert answer.tokens == ()
    without = answer_to("chat", answered({"content": [{"token": "4"}]}), likely=True)
    assert without is not None
    assert without.tokens == (Token("4"),)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"choices": []}'])
def test_what_is_no_answer(body: bytes) -> None:
    """Is none."""
    assert answer_to("chat", body, likely=True) is None
