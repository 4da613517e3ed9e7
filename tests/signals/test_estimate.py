"""The token estimate is near real counts, grows with the prompt, and counts what is no text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import Message, RequestView, estimate_tokens
from wrp_signals.estimate import AUDIO, IMAGE, PER_MESSAGE, PER_REPLY, TOOL, TOOL_MAX, estimate, tokens_of

PROSE = "The committee will meet again on Thursday to discuss the budget and the remaining questions. "
CODE = """def area(width: float, height: float) -> float:
    if width < 0:
        raise ValueError(width)
    return width * height
"""


def chat(*messages: Message, **changes: object) -> RequestView:
    return RequestView("chat", "auto", messages, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "true"),  # tokens of o200k_base, counted once
    [(PROSE, 17), (CODE, 32), ("你好，请写一首关于秋天的诗，并解释它的含义。", 17), ("", 0)],
)
def test_estimates_are_near_a_real_tokenizer(text, true):
    """Within a quarter for prose, code and Chinese."""
    assert tokens_of(text) == pytest.approx(true, rel=0.25)


def test_a_prompt_costs_its_template_too():
    """Four tokens a message and three to open the answer, as chat templates do."""
    one = estimate_tokens(chat(Message("user", "")))
    assert one == PER_MESSAGE + PER_REPLY
    assert estimate_tokens(chat(Message("system", ""), Message("user", ""))) == one + PER_MESSAGE


def test_pictures_and_sounds_count_as_constants():
    """Media cost what providers bill for one of a usual size."""
    plain = estimate_tokens(chat(Message("user", "look")))
    assert estimate_tokens(chat(Message("user", "look", images=2, audio=1))) == plain + 2 * IMAGE + AUDIO


@pytest.mark.parametrize(
    ("size", "images", "extra"),
    [
        (0, 0, 2 * TOOL),  # the body's size is not known
        (5_000, 1, 2 * TOOL),  # it is, but a picture is in it
        (5_004, 0, 1_000),  # the rest of the body is tool definitions
        (20, 0, 2 * 10),
        (10**7, 0, 2 * TOOL_MAX),
    ],
)
def test_tool_definitions_are_read_off_the_size_of_the_body(size, images, extra):
    """The view holds only tools' names; their schemas are what the body holds besides text, within bounds."""
    message = Message("user", "call", images=images)
    with_tools = estimate_tokens(chat(message, tools=("a", "b"), size=size))
    assert with_tools - estimate_tokens(chat(message)) == extra


@given(st.text(max_size=300), st.text(max_size=300))
def test_longer_prompts_never_cost_fewer_tokens(one, more):
    """The estimate is monotone and never negative, for any Unicode."""
    assert 0 <= tokens_of(one) <= tokens_of(one + more) + 1e-9


@pytest.mark.parametrize(
    ("text", "text_class"),
    [
        ("How are you today", "plain"),
        ("", "plain"),
        ("“How” are you — today 🙂", "plain"),
        ("{'a': [1, 2, 3]}", "dense"),
        ("{'a': “[1, 2, 3]”}", "dense"),
        ("naïve café à la française", "latin"),
        ("Xin chào, tôi là người Việt Nam", "latin"),
        ("привет как дела", "cyrillic"),
        ("Γειά σου κόσμε", "cyrillic"),
        ("שלום עולם", "arabic"),
        ("مرحبا بالعالم", "arabic"),
        ("नमस्ते दुनिया", "indic"),
        ("你好世界，今天", "chinese"),
        ("今日はいい天気ですね", "japanese"),
        ("안녕하세요 세계", "korean"),
        ("\ud800", "dense"),
    ],
)
def test_the_class_of_a_text_is_its_script_or_density(text, text_class):
    """Prose and code in ASCII; the script that most characters beyond it belong to, signs and emoji aside."""
    assert estimate(chat(Message("user", text)))[1] == text_class


def test_what_the_estimate_cannot_see_into_is_a_class_of_its_own():
    """Tools before text, media before tools."""
    assert estimate(chat(Message("user", "hi"), tools=("f",)))[1] == "tools"
    assert estimate(chat(Message("user", "hi", images=1), tools=("f",)))[1] == "media"
