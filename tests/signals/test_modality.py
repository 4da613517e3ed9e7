"""Pictures and sound, sent or wished for."""

import pytest

from wrp_signals import Message, ModalitySpec, RequestView

SIGNAL = ModalitySpec().build()


def read(text, **media):
    return SIGNAL.read(RequestView("chat", "m", (Message("user", text, **media),)))


@pytest.mark.parametrize(
    "text",
    [
        "Draw a cat with a hat",
        "Can you generate a realistic image of a harbour at dawn?",
        "design a logo for my bakery",
        "a painting of two ships in a storm",
        "画一只猫",
        "Erstelle mir ein Bild von einem Schloss",
        "нарисуй кота",
    ],
)
def test_wishes_for_pictures(text):
    """In several languages."""
    reading = read(text)
    assert (reading.value, reading.evidence) == ("image_output", ("image_output: asked for",))
    assert reading.score < 1.0


@pytest.mark.parametrize("text", ["Read this aloud: good morning", "Turn the following text into speech", "朗读这段话"])
def test_wishes_for_speech(text):
    """Reading aloud, text to speech."""
    assert read(text).value == "speech_output"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Write python code that draws a circle",
        "How do I build a docker image?",
        "Draw conclusions from this data",
        "Who painted the ceiling of the Sistine Chapel?",
        "Write a caption for my photo",
        "Explain how image classification works",
        "It takes Ann six hours to paint a room.",
    ],
)
def test_words_about_pictures_are_no_wish(text):
    """Code, figures of speech, questions."""
    reading = read(text)
    assert (reading.value, reading.score, reading.evidence) == ("text", 1.0, ())


def test_what_was_sent_is_exact():
    """Sound before pictures; in any message; a wish before both."""
    assert read("What is this?", images=2).value == "image_input"
    assert read("What is this?", images=2, audio=1).evidence == ("audio_input: 1", "image_input: 1")
    earlier = RequestView(
        "chat", "m", (Message("user", "see", images=1), Message("assistant", "?"), Message("user", "x"))
    )
    assert SIGNAL.read(earlier).value == "image_input"
    assert SIGNAL.read(earlier).score == 1.0
    wished = read("draw a cat like this one", images=1)
    assert (wished.value, wished.evidence) == ("image_output", ("image_output: asked for", "image_input: 1"))


def test_long_messages_are_read_at_both_ends():
    """The middle is not looked at."""
    middle = "the sea was calm and the sky was grey " * 100
    assert read(f"{middle} Please draw a picture of it").value == "image_output"
    assert read(f"{middle} Please draw a picture of it {middle}").value == "text"
