"""Searching a text: spans in order, none overlapping, in characters, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.pii import DEFAULT, GROUPS, STRUCTURED, Span, find
from wrp_signals.pii.find import DETECTORS, scanner
from wrp_signals.pii.scan import REGION, flat, in_characters, resolved
from wrp_signals.pii.spots import SPOTS
from wrp_signals.pii.types import expand

PIECES = st.sampled_from(
    [
        "call ",
        "+44 20 7946 0958",
        "a@b.co",
        " ",
        "é",
        "🙂",
        "4111 1111 1111 1111",
        "ssn",
        "１２",
        "\ud800",
        "key=",
        "x" * 50,
    ]
)

find("")  # compiled before any example is timed


@given(st.lists(PIECES | st.text(max_size=20), max_size=20).map("".join))
def test_spans_lie_in_order_within_the_text(text):
    """No text raises; bounds are characters of the text that was given; nothing overlaps."""
    last = 0
    for span in find(text):
        assert last <= span.start < span.end <= len(text)
        assert 0.5 <= span.score <= 1
        assert span.type in STRUCTURED
        last = span.end


@given(st.text(alphabet="é🙂 x\ud800", max_size=30))
def test_offsets_count_characters_not_bytes(before):
    """An address after any characters is where Python finds it."""
    text = f"{before} ann@example.org"
    (span,) = find(text, ["EMAIL_ADDRESS"])
    assert text[span.start : span.end] == "ann@example.org"


def test_types_and_groups_choose():
    """By name or by group; a name that is neither is an error that says it."""
    text = "ann@example.org, 8.8.8.8, 12/1/1981"
    assert [span.type for span in find(text, ["contact"])] == ["EMAIL_ADDRESS"]
    assert [span.type for span in find(text, ["IP_ADDRESS", "DATE_TIME"])] == ["IP_ADDRESS", "DATE_TIME"]
    assert find(text, []) == ()
    with pytest.raises(KeyError, match="EMAIL"):
        find(text, ["EMAIL"])


def test_scores_grow_beside_words_that_name_the_value():
    """The same digits are nothing, likely, or surer the nearer the word."""
    assert find("5551234567", ["PHONE_NUMBER"]) == ()
    (near,) = find("phone 5551234567", ["PHONE_NUMBER"])
    (far,) = find("phone of my own dear old aunt: 5551234567", ["PHONE_NUMBER"])
    (after,) = find("5551234567 (phone)", ["PHONE_NUMBER"])
    assert near.score > far.score > after.score - 0.1
    assert find("phone 5551234567", ["PHONE_NUMBER"], 0.9) == ()


def test_every_region_is_read():
    """Values at the beginning, the end, across cuts and in a long word without spaces."""
    address = "ann@example.org"
    text = (address + ", ") * (2 * REGION // len(address)) + "x" * 9000 + " " + address
    assert len(find(text, ["EMAIL_ADDRESS"])) == text.count(address)
    long = "eyJhbGciOiJIUzI1NiJ9." + "abcDEF123_" * 300 + "." + "sig0" * 9
    (span,) = find(f"token {long} end", ["JWT"])
    assert span.end - span.start == len(long)


def test_reading_stops_when_it_saw_enough():
    """By candidates, and by spans; the answer says that it is not everything."""
    many = scanner(frozenset(DEFAULT))
    text = "ann@example.org " * 1000
    assert not many.scan(text, effort=10)[1]
    found, complete = many.scan(text, enough=5)
    assert 5 <= len(found) < 500
    assert not complete
    assert many.scan("ann@example.org") == ([Span("EMAIL_ADDRESS", 0, 15, 0.95)], True)


def test_the_surer_of_two_readings_stays():
    """Then the longer; one within another of its type lends it its score."""
    spans = [
        Span("A", 0, 9, 0.6),
        Span("A", 2, 5, 0.8, "x"),
        Span("B", 8, 12, 0.7),
        Span("C", 11, 20, 0.7),
        Span("D", 30, 31),
        Span("A", 4, 10, 0.5),
    ]
    assert resolved(spans) == (Span("A", 0, 9, 0.8, "x"), Span("C", 11, 20, 0.7), Span("D", 30, 31))
    assert resolved([]) == ()


def test_marks_of_other_scripts_become_ascii_one_for_one():
    """Full-width digits, odd spaces and hyphens; everything else stays, and lone surrogates become a mark."""
    assert flat("０９：−\u00a0x＝é").decode() == "09:- x=é"
    assert flat("\ud800a") == b"?a"
    assert in_characters([Span("A", 2, 3)], "éa".encode()) == [Span("A", 1, 2)]


def test_tables_name_what_exists():
    """Every detector's spots and words are there, every structured type has a detector, groups do not share types."""
    assert {name for detector in DETECTORS for name in detector.spots.split()} == set(SPOTS)
    assert {detector.type for detector in DETECTORS} == set(STRUCTURED)
    assert len(expand(tuple(GROUPS))) == sum(map(len, GROUPS.values()))
    assert all(detector.alone or (detector.near and detector.words) for detector in DETECTORS)
