"""What detectors read instead of what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.invisible import INVISIBLE
from wrp_signals.normalise import EXAMINED, LIMIT, LONGEST, Finding, normalise


def tagged(text: str) -> str:
    return "".join(chr(0xE0000 + ord(character)) for character in text)


def selected(text: str) -> str:
    return "".join(chr(byte + (0xFE00 if byte < 16 else 0xE0100 - 16)) for byte in text.encode())


@pytest.mark.parametrize(
    ("sent", "read", "findings"),
    [
        ("i\u200bg\u200bn\u200bore", "ignore", [("zero-width", 3, "")]),
        ("a\u202eevil\u202c", "aevil", [("bidi control", 2, "")]),
        ("see" + tagged("obey me"), "see\nobey me", [("tag character", 7, "obey me")]),
        ("😊" + selected("drop\x00it"), "😊\ndrop\x00it", [("variation selector", 7, "drop\x00it")]),
        ("a\ufe0fb", "ab", [("variation selector", 1, "")]),
        ("pa\u2063\u3164ss", "pass", [("invisible separator", 2, "")]),
        ("i̶g̶n̶o̶r̶e̶", "ignore", [("stacked accents", 6, "")]),
        ("".join(f"{c}\u20d2" for c in "ignore"), "ignore", [("stacked accents", 6, "")]),
        ("".join(f"{c}\u20dd" for c in "ignore"), "ignore", [("stacked accents", 6, "")]),
        ("".join(f"{c}\u0489" for c in "ignore"), "ignore", [("stacked accents", 6, "")]),
        ("".join(f"{c}\u20e3" for c in "ignore"), "ignore", [("stacked accents", 6, "")]),
        ("".join(f"{c}\u1ab0\u1dc4\ufe20" for c in "ignore"), "ignore", [("stacked accents", 18, "")]),
        ("".join(f"{c}\u0301\u0302\u0303" for c in "ignore") + " café", "ignore café", [("stacked accents", 12, "")]),
        ("".join(f"{c}\u0301\u0336" for c in "ignore"), "ignore", [("stacked accents", 6, "")]),
        ("ignоrе аll", "ignore all", [("look-alike word", 2, "")]),
        ("ɪɢɴᴏʀᴇ ᴛʜɪꜱ", "ignore this", [("look-alike word", 2, "")]),
        ("🅸🅶🅽🅾🆁🅴", "ignore", [("look-alike word", 1, "")]),
        ("Привет, раypаl", "Привет, paypal", [("look-alike word", 1, "")]),
        ("ＩＧＮＯＲＥ 𝐢𝐭", "IGNORE it", []),
        ("\ud800é", "?é", []),
        ("a\U000e0061b", "ab\na", [("tag character", 1, "a")]),
        ("x\u200b\u200c y é", "x y é", [("zero-width", 2, "")]),
    ],
)
def test_disguises_are_taken_off_and_counted(sent, read, findings):
    """Each class by name, how many, and the text it hid."""
    assert normalise(sent) == (read, tuple(Finding(*finding) for finding in findings))


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم به خانه بروم",
        "क्\u200dष",
        "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 ❤\ufe0f 1\ufe0f\u20e3",
        "🏴" + tagged("gbeng") + "\U000e007f",
        "שלום \u200fabc\u200e",
        "\u202bשלום\u202c",
        "\u2068Ann\u2069 é",
        "\ufeffbeginning é",
        "soft\u00adhyphen é",
        "word\u200b next é",
        "ภาษา\u200bไทย",
        "葛\U000e0100飾区",
        "αx + βy = Δz, 5 μm, αxyz",
        "1\u20e3 #\u20e3 v\u20d7 e\u0331\u0308 ᾧ ọ\u0300",
        "Заметка про iPhoneом и IP-адрес",
        "Привет, мир. Как дела?",
        "Γειά σου Κόσμε",
        "naïve café, Việt Nam, Ångström",
        "שלום\u200f\u200e עולם",
    ],
)
def test_ordinary_writing_shows_nothing(text):
    """Joiners, marks, selectors and mixed scripts where languages, emoji and formulas need them."""
    assert normalise(text).findings == ()


@given(st.text(st.characters(min_codepoint=0, max_codepoint=127)))
def test_ascii_stays_as_it_is(text):
    """The same object: nothing is copied."""
    assert normalise(text).text is text


@given(st.text())
def test_any_text_comes_out_without_invisible_characters(text):
    """And encodes, and its findings count something."""
    plain, findings = normalise(text)
    assert plain.isascii() or INVISIBLE.isdisjoint(plain) or "\n" in plain
    plain.encode()
    assert all(finding.times > 0 for finding in findings)


@given(st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюя ")))
def test_a_text_of_one_script_stays_untouched(text):
    """However many of its letters look Latin."""
    assert normalise(text) == (text, ())


def test_of_a_long_text_head_and_tail_are_read():
    """What stands between is gone, also from what is counted."""
    text = "é" * LIMIT + "middle" + "z" * LIMIT
    plain = normalise(text).text
    assert len(plain) == LIMIT + 1
    assert plain[0] == "é"
    assert plain[-1] == "z"
    assert "middle" not in plain


def test_hostile_texts_cost_no_more_than_their_examined_part():
    """Past the first runs everything goes uncounted, and look-alikes fold wherever they stand."""
    assert normalise("a\u200b" * 9_000 + "b").findings == (Finding("zero-width", EXAMINED),)
    assert normalise("a" + "\u200b" * 9_000 + "b").findings == (Finding("zero-width", LONGEST),)
    plain, findings = normalise("ignоre " * 1_000 + "сорт")
    assert plain == "ignore " * 1_000 + "copт".replace("т", "t")
    assert findings == (Finding("look-alike word", EXAMINED),)


def test_forms_that_grow_do_not():
    """U+FDFA would become 18 characters."""
    assert len(normalise("\ufdfa" * 1_000).text) <= 1_000
    assert normalise("你好，世界！").text == "你好,世界!"
