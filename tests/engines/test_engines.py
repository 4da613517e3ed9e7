"""Before engines that we did not write: answers, streams, what they took, and what becomes of them when somebody
goes."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openai
import pytest

from scripts.engine_venvs import python_of
from tests.engines.rented import Rented, rented, routed, until
from wrp_router.record import Row
from wrp_router.telemetry.decisions import read

pytestmark = pytest.mark.timeout(1800)  # two engines are started, each with imports of a gigabyte

TOKENS = 12
LONG, READ = 6000, 200
"""Tokens of an answer that takes an engine seconds, and fits into its context; how many of them are read."""

ASK: dict[str, Any] = {"messages": [{"role": "user", "content": "Say something."}], "temperature": 0}


def asked(engines: list[Rented]) -> dict[str, Any]:
    """A request of the model that they serve."""
    return ASK | {"model": engines[0].model}


def rows(folder: Path, least: int) -> list[Row]:
    """The decision log, when it has so many lines."""
    path = folder / "decisions.jsonl"
    assert until(lambda: path.exists() and path.read_bytes().count(b"\n") >= least)
    return list(read(path))


def test_models_are_listed(gpt: openai.OpenAI, engines: list[Rented]):
    """By the names that the configuration gives."""
    assert engines[0].model in [model.id for model in gpt.models.list()]


def test_a_whole_answer(gpt: openai.OpenAI, engines: list[Rented], tmp_path: Path):
    """Its text, why it ended, and what it took, which the log has, too."""
    answer = gpt.chat.completions.create(**asked(engines), max_tokens=TOKENS)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "length"
    used = answer.usage
    assert used is not None
    assert TOKENS <= used.completion_tokens <= TOKENS + 1  # llama.cpp's server counts one more than it says
    (outcome,) = rows(tmp_path, 1)[0].outcomes
    assert (outcome.tokens_in, outcome.tokens_out) == (used.prompt_tokens, used.completion_tokens)
    assert outcome.cost == pytest.approx((used.prompt_tokens + 2 * used.completion_tokens) / 1e6)


def test_a_stream(gpt: openai.OpenAI, tmp_path: Path, engines: list[Rented]):
    """The same text in pieces, and an end that the SDK takes for one. Where the engine does not say what a stream took,
    its pieces are counted: no more of them than tokens, and not none."""
    whole = gpt.chat.completions.create(**asked(engines), max_tokens=TOKENS).choices[0].message.content
    chunks = list(gpt.chat.completions.create(**asked(engines), max_tokens=TOKENS, stream=True))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    said = "".join(choice.delta.content or "" for choice in choices)
    assert choices[-1].finish_reason == "length"
    if engines[0].kind.tells:
        assert said == whole
    (outcome,) = rows(tmp_path, 2)[1].outcomes
    assert outcome.ok
    assert outcome.estimated is not engines[0].kind.tells
    assert TOKENS - 2 <= outcome.tokens_out <= TOKENS
    assert outcome.cost > 2 * outcome.tokens_out / 1e6, "the prompt was free"


def test_what_the_engine_refuses(gpt: openai.OpenAI, engines: list[Rented]):
    """A request that makes no sense to the engine is an error of the caller's, which the SDK knows, and no server is
    taken out for it, however often it comes."""
    for _ in range(7):
        with pytest.raises(openai.APIStatusError) as refused:
            gpt.chat.completions.create(**{**asked(engines), "max_tokens": TOKENS, **engines[0].kind.refused})
        assert refused.value.status_code in (400, 422)
        assert refused.value.body
    assert gpt.chat.completions.create(**asked(engines), max_tokens=1).choices


def test_who_leaves_stops_the_engine(gpt: openai.OpenAI, engines: list[Rented], tmp_path: Path):
    """A stream of thousands of tokens; its client leaves after some, and the engine works on none of the others: it
    comes to rest having used a small part of the time that all would have taken."""
    begun = sum(engine.used() for engine in engines)
    stream = gpt.chat.completions.create(**asked(engines), max_tokens=LONG, stream=True)
    for _ in range(READ):
        next(stream)
    each = (sum(engine.used() for engine in engines) - begun) / READ
    stream.close()
    assert until(lambda: all(engine.rests() for engine in engines))
    assert sum(engine.used() for engine in engines) - begun < each * LONG / 4
    (outcome,) = rows(tmp_path, 1)[0].outcomes
    assert outcome.ended == "client_gone"
    assert outcome.tokens_out < LONG / 4


def test_kill_9_in_the_middle_of_a_stream(engines: list[Rented], tmp_path: Path):
    """Whoever read that stream is told by an exception; the next are answered by the other engine."""
    kind = engines[0].kind
    python = python_of(kind.name)
    with ExitStack() as stack:
        doomed = stack.enter_context(rented(kind, python, engines[0].weights, tmp_path))
        base = stack.enter_context(routed(tmp_path, [doomed, engines[0]]))
        gpt = stack.enter_context(openai.OpenAI(base_url=f"{base}/v1", api_key="x", max_retries=0, timeout=120))
        streams = [gpt.chat.completions.create(**asked(engines), max_tokens=LONG, stream=True) for _ in range(2)]
        for stream in streams:
            next(stream)
        os.kill(doomed.process.pid, signal.SIGKILL)
        broken = 0
        for stream in streams:
            try:
                for _, _ in zip(stream, range(50), strict=False):
                    pass
            except openai.APIError:
                broken += 1
            stream.close()
        assert broken == 1
        for _ in range(4):
            assert gpt.chat.completions.create(**asked(engines), max_tokens=2).choices[0].finish_reason == "length"
