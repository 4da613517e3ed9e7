"""Lengths of answers are predicted by the kind of request, from broad to narrow, and kept in bounded memory."""

import random
from zlib import crc32

import pytest

from wrp_signals import Message, RequestView, StateDamaged, Used, facts_of
from wrp_signals.outputs import CHOICES, KEYS, PRIORS, OutputLengths


def asked(app="be brief", **changes):
    return RequestView("chat", "auto", (Message("system", app), Message("user", "x")), **changes)


def teach(lengths, view, *tokens):
    for count in tokens:
        lengths.learn(view, facts_of(view, "", 0), Used(tokens_out=count))
    return lengths


def test_before_anything_is_learned_it_is_a_guess_that_says_so():
    """By what sort of request it is; the score is 0."""
    lengths = OutputLengths()
    chat, agent = lengths.predict(asked()), lengths.predict(asked(tools=("f",)))
    bare = lengths.predict(RequestView("completion", "m", (Message("user", "x"),)))
    assert chat.tokens == pytest.approx(2 ** PRIORS["chat"][0])
    assert chat.tokens > agent.tokens > bare.tokens
    assert chat.upper > chat.tokens
    assert chat.sure == agent.sure == bare.sure == 0.0
    assert lengths.predict(RequestView("chat", "m", ())).tokens == chat.tokens


def test_embeddings_answer_without_tokens():
    """And teach nothing."""
    lengths, view = OutputLengths(), RequestView("embedding", "m", (Message("user", "x"),))
    before = lengths.state()
    assert teach(lengths, view, 50).predict(view).tokens == 0.0
    assert lengths.state() == before


def test_applications_are_told_apart_and_lean_on_each_other():
    """Two system prompts learn two lengths; a third is expected to be like what is usual here."""
    lengths, draw = OutputLengths(), random.Random(1)
    for _ in range(200):
        teach(lengths, asked("label this"), draw.choice((4, 5, 6)))
        teach(lengths, asked("write a report"), draw.choice((1_500, 2_000, 2_500)))
    label, report = lengths.predict(asked("label this")), lengths.predict(asked("write a report"))
    assert 4 < label.tokens < 8
    assert 1_300 < report.tokens < 2_700
    assert label.sure > 0.9
    other = lengths.predict(asked("something else"))
    assert other.sure == 0.0
    assert label.tokens < other.tokens < report.tokens


@pytest.mark.parametrize(("tenant", "system"), [("acme-eu", "be brief"), ("acme-eube", " brief")])
def test_no_tenant_has_the_applications_of_another(tenant, system):
    """Though name and prompt strung together read alike."""
    theirs = RequestView("chat", "m", (Message("system", "-eube brief"),), tenant="acme")
    own = RequestView("chat", "m", (Message("system", system),), tenant=tenant)
    lengths = teach(OutputLengths(), theirs, *[4_000] * 60)
    assert lengths.predict(own).sure == 0.0


def test_no_prompt_can_be_made_to_have_the_number_of_another():
    """As CRC-32 allows: these two collide, and tenants could look for the like."""
    one, other = "plumless", "buckeroo"
    assert crc32(one.encode()) == crc32(other.encode())
    lengths = teach(OutputLengths(), RequestView("chat", "m", (), tenant=one), *[4_000] * 60)
    assert lengths.predict(RequestView("chat", "m", (), tenant=other)).sure == 0.0


@pytest.mark.parametrize("one", [{"tenant": "a"}, {"tools": ("f",)}, {"max_tokens": 4_000}, {"response_format": "x"}])
def test_other_kinds_of_request_are_other_kinds(one):
    """What is learned of one does not move another as far."""
    lengths = teach(OutputLengths(), asked(**one), *[900] * 60)
    assert lengths.predict(asked(**one)).tokens > lengths.predict(asked()).tokens


def test_what_the_request_allows_is_the_most():
    """A limit cuts the prediction; several choices add up."""
    lengths = teach(OutputLengths(), asked(), *[900] * 60)
    assert lengths.predict(asked(max_tokens=10)).upper == pytest.approx(10)
    assert lengths.predict(asked(max_tokens=0)).tokens > 100
    assert lengths.predict(asked(n=3)).tokens == pytest.approx(3 * lengths.predict(asked()).tokens)
    assert lengths.predict(asked(n=10**9)).tokens == pytest.approx(CHOICES * lengths.predict(asked()).tokens)
    thrice = teach(OutputLengths(), asked(n=3), *[2_700] * 60)
    assert thrice.predict(asked()).tokens == pytest.approx(lengths.predict(asked()).tokens)


def test_other_quantiles_can_be_asked_for():
    """The ninth decile of half short, half long answers is long, the median between."""
    view, tokens = asked(), [10, 1_000] * 300
    low, high = teach(OutputLengths(0.1), view, *tokens), teach(OutputLengths(0.9), view, *tokens)
    assert low.predict(view).tokens < 15
    assert high.predict(view).tokens > 800


def test_memory_is_bounded_and_the_usual_is_kept():
    """Clients can name as many applications as they like."""
    lengths, usual = OutputLengths(), asked()
    for number in range(KEYS + 500):
        teach(lengths, asked(f"app {number}"), 100)
        teach(lengths, usual, 7)
    assert lengths.predict(usual).sure > 0.99
    assert lengths.predict(asked("app 3")).sure == 0.0
    assert len(lengths.state()) < KEYS * 100


def test_what_was_learned_serves_another_quantile():
    """Lengths are kept, not their quantiles only."""
    view = asked()
    median, ninth = teach(OutputLengths(), view, *[10, 10, 1_000] * 100), OutputLengths(0.9)
    ninth.restore(median.state())
    assert ninth.predict(view).tokens > 800
    with pytest.raises(StateDamaged):
        ninth.restore(median.state()[:-3])
