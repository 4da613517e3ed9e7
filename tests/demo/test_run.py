"""The demo, end to end: what it shows is true."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.demo.conftest import Shown
from wrp_router.demo.prompts import PROMPTS
from wrp_router.demo.run import Asked, config_of, config_text, text_of

MODEL_TIER = find_spec("onnxruntime") is not None and find_spec("tokenizers") is not None
needs_model = pytest.mark.skipif(not MODEL_TIER, reason="NOT TESTED: pip install 'wrp-router[model]'")


def noted(shown: Shown, words: str) -> list[Asked]:
    return [one for one in shown.asked if words in one.prompt.note]


def test_every_prompt_was_asked_in_turn(shown: Shown):
    """And every one has its row; progress was told from the first to the last."""
    assert [one.prompt for one in shown.asked] == list(PROMPTS)
    assert shown.progress == [(number, len(PROMPTS)) for number in range(1, len(PROMPTS) + 1)]
    assert len({one.row.facts.id for one in shown.asked}) == len(PROMPTS)


def test_the_same_again_is_an_exact_hit(shown: Shown):
    """The very answer of the first."""
    (again,) = noted(shown, "the same again")
    assert again.row.cache == "hit-exact"
    assert again.text == shown.asked[0].text
    assert again.row.cost == 0.0


@needs_model
def test_paraphrases_are_semantic_hits(shown: Shown):
    """At least four, and each gives the answer to the question that it paraphrases."""
    hits = [one for one in shown.asked if one.row.cache == "hit-semantic"]
    assert len(hits) >= 4
    assert all("paraphrase" in one.prompt.note for one in hits)
    before = [one.text for one in shown.asked if one.row.cache == "miss"]
    assert all(one.text in before and one.row.similarity >= 0.8 for one in hits)


def test_look_alikes_and_strangers_are_no_hits(shown: Shown):
    """Another number, another country, the opposite, another tenant: never."""
    traps = noted(shown, "no hit")
    assert len(traps) >= 8
    assert not [one.prompt.ask for one in traps if one.row.cache.startswith("hit")]


@needs_model
def test_some_look_alikes_were_near_enough_and_refused(shown: Shown):
    """The guard says why."""
    assert sum(bool(one.row.vetoes) for one in noted(shown, "no hit")) >= 3


def test_agents_bypass_the_cache(shown: Shown):
    """A route of theirs, on the model that can use tools."""
    agents = noted(shown, "an agent")
    assert {(one.row.route, one.row.cache, one.row.outcomes[0].pool) for one in agents} == {
        ("agents", "bypass", "large")
    }


@needs_model
def test_other_words_same_route(shown: Shown):
    """What asks for a refund goes the way of refunds."""
    assert {one.row.route for one in noted(shown, "same route")} == {"money-back"}


def test_a_dead_engine_costs_an_attempt_and_no_answer(shown: Shown):
    """Another server answered."""
    (one,) = noted(shown, "the first engine dies")
    first, second = one.row.outcomes
    assert (first.ok, second.ok, one.row.status) == (False, True, 200)
    assert (first.pool, first.server) != (second.pool, second.server)
    assert one.text


def test_a_cut_stream_is_told_to_the_client(shown: Shown):
    """What came before the cut was relayed; then an error, which the row names."""
    (one,) = noted(shown, "cut off")
    assert one.row.midstream
    assert one.row.error == "upstream_stream_interrupted"
    assert 0 < len(one.text) < 100


def test_the_text_is_read_from_either_form():
    """A whole answer, the names of called tools, or the pieces of a stream up to its error."""
    assert text_of(b'{"choices": [{"message": {"content": "hi"}}]}', stream=False) == "hi"
    calls = b'{"choices": [{"message": {"content": null, "tool_calls": [{"function": {"name": "find"}}]}}]}'
    assert text_of(calls, stream=False) == "find"
    stream = (
        b'data: {"choices": [{"delta": {"content": "a"}}]}\n\ndata: {"choices": [{"delta": {}}]}\n\n'
        b'data: {"choices": []}\n\ndata: {"error": {"message": "cut"}}\n\ndata: [DONE]\n\n'
    )
    assert text_of(stream, stream=True) == "a"


def test_the_configuration_is_whole():
    """Two models on three servers, named; addresses come from the environment."""
    config = config_of({"SMALL_A": "http://127.0.0.1:1"})
    assert [[server.name for server in pool.servers] for pool in config.pools] == [["a", "b"], ["a"]]
    assert config.pools[0].servers[0].url == "http://127.0.0.1:1"
    assert "# " in config_text()


def test_a_configuration_that_does_not_load_is_told():
    """With the problem, since it is ours."""
    with pytest.raises(ValueError, match="E042"):
        config_of({"SMALL_A": "nowhere"})
