"""What fake models say: deterministic, different by model, and of the form asked for."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes.answers import Asked, Tool, as_base64, embedding, logprob, say

ADD = Tool("add", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})
SEARCH = Tool("search", {})


def asked(question: str = "How do I sort a list?", **more) -> Asked:
    return Asked("fake", question, question, **more)


def test_the_same_question_gets_the_same_answer():
    """And another choice of it, or another question, another one."""
    assert say(asked()) == say(asked())
    texts = {say(asked(f"question number {i}")).text for i in range(20)} | {say(asked(), i).text for i in range(20)}
    assert len(texts) > 25


def test_models_differ_in_style():
    """Twenty names give at least four lengths of answer."""
    assert len({len(say(Asked(f"model-{i}", "x", "x")).pieces) for i in range(20)}) >= 4


def test_the_pieces_are_the_text():
    """Tokens are about words, and nothing is lost between them."""
    answer = say(asked())
    assert answer.finish == "stop"
    assert answer.tokens == len(answer.pieces) > 3
    assert "".join(answer.pieces) == answer.text


def test_max_tokens_cuts_and_says_so():
    """`length` if something was cut, `stop` if it just fitted."""
    whole = say(asked())
    assert say(asked(max_tokens=3)).finish == "length"
    assert len(say(asked(max_tokens=3)).pieces) == 3
    assert say(asked(max_tokens=len(whole.pieces))) == whole


def test_stop_sequences_end_the_answer_before_them():
    """The first that occurs counts; empty and absent ones do not."""
    text = say(asked()).text
    stopped = say(asked(stop=("", "nowhere", " "), max_tokens=500))
    assert (stopped.text, stopped.finish) == (text.split(" ")[0], "stop")


@pytest.mark.parametrize(
    ("question", "more", "called"),
    [
        ("please add two", {}, ["add"]),
        ("please add and search", {}, ["add", "search"]),
        ("please add and search", {"parallel": False}, ["add"]),
        ("nothing", {}, []),
        ("nothing", {"choice": "required"}, ["add"]),
        ("search it", {"choice": "required"}, ["search"]),
        ("nothing", {"choice": "search"}, ["search"]),
        ("please add", {"choice": "none"}, []),
        ("please add", {"after_tool": True}, []),
    ],
)
def test_calls_the_tools_it_is_told_to(question, more, called):
    """By mention or by tool_choice; after a tool's result it answers."""
    answer = say(asked(question, tools=(ADD, SEARCH), **more))
    assert [call.name for call in answer.calls] == called
    assert answer.finish == ("tool_calls" if called else "stop")
    assert all(isinstance(json.loads(call.arguments), dict) for call in answer.calls)
    assert len({call.id for call in answer.calls}) == len(called)
    assert answer.tokens > 0


def test_json_is_said_where_a_schema_asks_for_it():
    """A minimal instance of the schema, or any object."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert json.loads(say(asked(schema=schema)).text) == {"n": 0}
    assert json.loads(say(asked(schema={})).text) == {"answer": "sort"}
    with pytest.raises(ValueError, match="never ends"):
        say(asked(schema={"$ref": "#"}))


def test_images_are_acknowledged_and_counted():
    """In the answer, and in the prompt's tokens."""
    seen = asked(images=2)
    assert "I see 2 images." in say(seen).text
    assert seen.prompt_tokens == asked().prompt_tokens + 512


def test_thoughts_come_beside_the_answer():
    """They count as tokens."""
    answer = say(asked(thinking=True))
    assert answer.thoughts[0] == "Let"
    assert answer.tokens == len(answer.pieces) + len(answer.thoughts)


def test_an_empty_prompt_has_an_answer_too():
    """With no word in it."""
    assert "that" in say(asked("")).text


@given(st.text(max_size=200))
def test_any_text_can_be_asked_and_embedded(text):
    """Whatever its characters."""
    assert say(asked(text)).pieces
    assert np.linalg.norm(embedding(text, 16)) == pytest.approx(1, abs=1e-5)


def test_embeddings_are_closer_for_common_words():
    """Unit vectors, the same each time, of the length asked for."""
    a, b, c = (embedding(text, 128) for text in ("the red car", "a red car", "quantum chromodynamics lecture"))
    assert a.shape == (128,)
    assert a @ b > 0.5 > a @ c
    assert np.array_equal(a, embedding("the red car", 128))
    assert np.array_equal(np.frombuffer(base64.b64decode(as_base64(a)), "<f4"), a)


def test_logprobs_are_below_zero_and_fixed():
    """The same token at the same place is as likely each time."""
    values = [logprob("m", token, 3) for token in "abcdefgh"]
    assert all(-1.6 < value < 0 for value in values)
    assert values == [logprob("m", token, 3) for token in "abcdefgh"]
    assert len(set(values)) > 3


def test_it_says_what_it_is_told_to_say():
    """By the first rule whose text the prompt holds; of several answers the one that the seed points at."""
    rules = {"sort": ["4 and 2", "no"], "list": ["never"]}
    assert [say(asked(seed=seed), rules=rules).text for seed in (0, 1, 2)] == ["4 and 2", "no", "4 and 2"]
    assert say(asked(), rules=rules).pieces == ("4", " and", " ", "2")
    cut = say(asked(max_tokens=2), rules=rules)
    assert (cut.text, cut.finish) == ("4 and", "length")
    assert say(asked("What is up?"), rules=rules) == say(asked("What is up?"))
