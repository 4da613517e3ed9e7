"""A modelled engine answers and refuses as the fake one on a socket does, and takes the time its profile says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wrp_router.fakes.asking import Refused
from wrp_router.fakes.model import INSTANT, Profile
from wrp_router.sim.engine import SimEngine

TREE: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "How do I sort a list in Python?"}]}
BAD: dict[str, Any] = {
    "no messages": {"messages": []},
    "tokens that are none": {"max_tokens": 0},
    "a schema without instance": {
        "response_format": {"type": "json_schema", "json_schema": {"schema": {"enum": [], "anyOf": [False]}}}
    },
    "tools of the wrong shape": {"tools": [7]},
    "messages of the wrong shape": {"response_format": 7},
}


def test_it_answers_for_the_model_it_is_asked_for() -> None:
    """Not for the one that the client named."""
    said = SimEngine(INSTANT).answer(TREE, "small-model", 0.0)
    body = msgspec.json.decode(said.body)
    assert (body["model"], body["choices"][0]["message"]["content"]) == ("small-model", said.text)
    usage = body["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (said.tokens_in, said.tokens_out)
    assert said.finish_reason == "stop"


def test_it_takes_the_time_of_its_profile() -> None:
    """Prefill and decoding, one after the other where there is one slot."""
    engine = SimEngine(Profile(prefill_tokens_per_s=100, decode_tokens_per_s=10, slots=1))
    first, second = (engine.answer({**TREE, "max_tokens": 5}, "m", 0.0) for _ in range(2))
    prompt = first.tokens_in / 100
    assert first.timing.first_token == pytest.approx(prompt)
    assert first.timing.last_token == pytest.approx(prompt + 4 / 10)
    assert second.timing.start == first.timing.last_token
    assert (first.finish_reason, first.tokens_out) == ("length", 5)


def test_a_repeated_prompt_is_in_the_prefix_cache() -> None:
    """All of its full blocks."""
    engine = SimEngine(Profile(block_tokens=4))
    cold, warm = (engine.answer(TREE, "m", 0.0).tokens_cached for _ in range(2))
    assert (cold, warm) == (0, 8)


def test_choices_are_said_side_by_side() -> None:
    """They are billed together and take the time of the longest."""
    engine = SimEngine(Profile(decode_tokens_per_s=1, prefill_tokens_per_s=1e9))
    said = engine.answer({**TREE, "n": 3, "max_tokens": 4}, "m", 0.0)
    assert said.tokens_out == 12
    assert said.timing.last_token == pytest.approx(3.0, abs=1e-6)


def test_who_is_finished_gives_its_slot_back() -> None:
    """Early, and even twice."""
    engine = SimEngine(Profile(slots=1, base_ttft=10.0))
    first = engine.answer(TREE, "m", 0.0)
    engine.finished(first, 1.0)
    engine.finished(first, 1.0)
    assert engine.answer(TREE, "m", 1.0).timing.start == 1.0


@pytest.mark.parametrize("wrong", BAD.values(), ids=BAD.keys())
def test_it_refuses_what_a_real_one_would(wrong: dict[str, Any]) -> None:
    """By 400, whatever is wrong with the body."""
    with pytest.raises(Refused) as refused:
        SimEngine(INSTANT).answer({**TREE, **wrong}, "m", 0.0)
    assert refused.value.status == 400
