"""Requests for facts are told from requests for anything else."""

import pytest

from wrp_signals import FactCheckSpec, Materials, Message, RequestView, WeightsDamaged
from wrp_signals.card import weights
from wrp_signals.fact_check import CARD, SURE

SIGNAL = FactCheckSpec().build(Materials.none())


def read(text, signal=SIGNAL):
    return signal.read(RequestView("chat", "m", (Message("user", text),)))


@pytest.mark.parametrize(
    "text",
    [
        "Who was the first woman in space?",
        "What are the side effects of amoxicillin?",
        "When did the Ottoman Empire end?",
        "Which countries border Hungary?",
        "Is it legal to carry pepper spray in California?",
    ],
)
def test_questions_of_fact_need_checking(text):
    """People, health, history, geography, law."""
    assert read(text).value is True


@pytest.mark.parametrize(
    "text",
    [
        "Write a poem about my cat",
        "Write a python function that merges two dictionaries",
        "What is 17 times 23?",
        "Rewrite this sentence in a friendlier tone: send me the file",
        "What do you think about my haircut?",
        "hi, how are you?",
    ],
)
def test_other_requests_do_not(text):
    """Creative, code, sums, editing, opinion, talk."""
    reading = read(text)
    assert reading.value is False
    assert 0.0 <= reading.score < 0.5


def test_who_asks_for_sources_gets_them_checked():
    """Whatever else the words are."""
    reading = read("Write a poem about my cat with sources")
    assert (reading.value, reading.score, reading.evidence) == (True, SURE, ("asks: with sources",))


def test_the_threshold_is_the_users():
    """The score stays the same."""
    strict = FactCheckSpec(threshold=1.0).build(Materials.none())
    text = "Who was the first woman in space?"
    assert read(text, strict).value is False
    assert read(text, strict).score == read(text).score


def test_nothing_said_needs_nothing():
    """An empty message."""
    assert read(" ").value is False
    assert read(" ").evidence == ("empty text",)


def test_a_head_of_ones_own_is_read_where_the_house_reads_files():
    """The card's name is the user's; weights lie beside it."""
    files = Materials(read_file=lambda name: weights(name.removeprefix("mine/")))
    assert FactCheckSpec(head=f"mine/{CARD}").build(files).read(RequestView("chat", "m", ())).value is False
    with pytest.raises(WeightsDamaged, match="wrp train fact_check"):
        FactCheckSpec(head="mine/none.json").build(files)
