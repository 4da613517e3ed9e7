"""What users say of an answer is told by their words, and by asking again."""

import pytest

from wrp_signals import FeedbackSpec, Materials, Message, RequestView, WeightsDamaged
from wrp_signals.card import weights
from wrp_signals.feedback import CARD, HEARD, LONG, decided, said_of_it, turns_of

SIGNAL = FeedbackSpec().build(Materials.none())
QUESTION = "Which museums in Vienna are open on Mondays?"


def after(text, question=QUESTION, answer="The Albertina is."):
    """The reading of a message that follows an answer."""
    messages = (Message("user", question), Message("assistant", answer), Message("user", text))
    return SIGNAL.read(RequestView("chat", "m", messages))


def alone(text):
    """The reading of a message with nothing before it."""
    return SIGNAL.read(RequestView("chat", "m", (Message("user", text),)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("That's incorrect.", "wrong"),
        ("No, the Albertina is closed.", "wrong"),
        ("You misunderstood my question", "wrong"),
        ("it still doesn't work", "wrong"),
        ("这个回答不对", "wrong"),
        ("Das stimmt nicht", "wrong"),
        ("What do you mean?", "unclear"),
        ("I don't understand your answer", "unclear"),
        ("Can you explain that in simpler terms?", "unclear"),
        ("没听懂", "unclear"),
        ("Do you have any other suggestions?", "alternative"),
        ("try something else", "alternative"),
        ("otra opción", "alternative"),
        ("Thanks a lot!", "satisfied"),
        ("perfect, that worked", "satisfied"),
        ("谢谢", "satisfied"),
        ("Thanks, but that is wrong", "wrong"),
        ("And which ones have free entry?", "none"),
        ("Write a poem about the sea", "none"),
        ("", "none"),
    ],
)
def test_wording_tells(text, value):
    """In several languages; complaints before thanks."""
    reading = after(text)
    assert reading.value == value
    assert 0.5 <= reading.score <= 1.0


@pytest.mark.parametrize("text", [QUESTION, "Which Vienna museums are open on Mondays, please?"])
def test_the_same_question_again_is_a_reask(text):
    """Also in other words; the evidence says so."""
    reading = after(text)
    assert reading.value == "reask"
    assert reading.evidence == ("asks the same again",)


def test_complaints_decide_before_the_repetition():
    """Both are evidence."""
    reading = after(f"Still wrong. {QUESTION}")
    assert reading.value == "wrong"
    assert reading.evidence == ("says wrong", "asks the same again")


def test_it_looks_back_so_far_and_no_further():
    """`lookback` messages of the user, only where an answer came between."""
    texts = (QUESTION, "What about Graz?", QUESTION)
    turns = [Message(role, text) for text in texts for role, text in (("user", text), ("assistant", "Yes."))][:-1]
    view = RequestView("chat", "m", tuple(turns))
    assert SIGNAL.read(view).evidence == ("asks again what it asked 2 messages before",)
    assert FeedbackSpec(lookback=1).build(Materials.none()).read(view).value == "none"
    twice = RequestView("chat", "m", (Message("user", QUESTION), Message("user", QUESTION)))
    assert SIGNAL.read(twice).value == "none"


def test_one_message_alone_is_less_sure():
    """Clients may send no history; hints alone then say nothing."""
    assert alone("Your last answer was wrong, check it").value == "wrong"
    assert alone("Your last answer was wrong, check it").score < after("Your last answer was wrong, check it").score
    assert (after("Are you sure?").value, alone("Are you sure?").value) == ("wrong", "none")
    assert alone("Are you sure?").evidence == ("says wrong",)


def test_politeness_in_a_long_request_is_no_praise():
    """Thanks at the beginning of a long text count half."""
    text = "Great, thanks. " + "Here are the figures of the year. " * 30
    assert len(text) > LONG
    assert after(text).value == "none"
    assert after(text[:90]).value == "satisfied"


def test_opinions_stand_at_either_end():
    """What stands between is not read."""
    middle = "the weather was fine " * 60
    assert after(f"That is wrong. {middle}").value == "wrong"
    assert after(f"{middle} so your answer is incorrect").value == "wrong"
    assert after(f"{middle} your answer is incorrect {middle}").value == "none"
    assert said_of_it("A\n B  c") == "a b c"


def test_what_is_about_as_sure_is_decided_by_order():
    """Wrong before unclear before praise; nothing said is none."""
    assert decided({"satisfied": 0.95, "wrong": 0.85}) == ("wrong", 0.85)
    assert decided({"satisfied": 0.95, "wrong": 0.55}) == ("satisfied", 0.95)
    assert decided({}) == ("none", 0.0)


def test_the_head_hears_what_no_phrase_says():
    """Only after an answer, and only in short messages; the evidence says so."""
    text = "recalculate, I doubt these numbers"
    reading = after(text)
    assert (reading.value, reading.evidence) == ("wrong", ("sounds wrong",))
    assert alone(text).value == "none"
    assert after(text + " " * HEARD).value == "none"


def test_a_head_of_ones_own_is_read_where_the_house_reads_files():
    """The card's name is the user's; weights lie beside it."""
    files = Materials(read_file=lambda name: weights(name.removeprefix("mine/")))
    assert FeedbackSpec(head=f"mine/{CARD}").build(files).read(RequestView("chat", "m", ())).value == "none"
    with pytest.raises(WeightsDamaged, match="wrp train feedback"):
        FeedbackSpec(head="mine/none.json").build(files)


def test_nobody_said_anything():
    """Then nothing was said of an answer either."""
    reading = SIGNAL.read(RequestView("chat", "m", (Message("assistant", "Hi"), Message("user", " "))))
    assert (reading.value, reading.score) == ("none", 1.0)


def test_turns_are_the_users():
    """Blank messages and those of others do not count; an answer must stand before the last."""
    greeting = (Message("assistant", "Hi"), Message("user", " "), Message("user", "hello"))
    assert turns_of(RequestView("chat", "m", greeting)) == (["hello"], True)
    assert turns_of(RequestView("chat", "m", (Message("user", "a"), Message("assistant", "b")))) == (["a"], False)
    assert turns_of(RequestView("chat", "m", ())) == ([], False)
