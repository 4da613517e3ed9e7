"""The signal: whether, how sure, which types; never the values."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import Message, PiiSpec, RequestView
from wrp_signals.pii.signal import STOPPED

ADDRESS = "ann@example.org"
NAMED = PiiSpec(names=True).build()


def reads(view, **fields):
    return PiiSpec(**fields).build().read(view)


def test_evidence_names_types_and_counts_not_values(ask):
    """Most frequent first; the score is the surest one's."""
    reading = reads(ask(f"{ADDRESS}, bob@example.org, 8.8.8.8"))
    assert (reading.value, reading.score) == (True, 0.95)
    assert reading.evidence == ("EMAIL_ADDRESS x2", "IP_ADDRESS x1")


@given(st.lists(st.sampled_from([ADDRESS, "ssn 219-09-9998", "4111 1111 1111 1111", "x"])))
def test_values_never_appear_in_evidence(parts):
    """Whatever was found."""
    view = RequestView("chat", "m", (Message("user", " ".join(parts)),))
    evidence = " ".join(NAMED.read(view).evidence)
    assert not any(part in evidence for part in (ADDRESS, "219-09", "4111"))


def test_nothing_found_is_a_plain_no(ask):
    """Value false, score nought, no evidence."""
    reading = reads(ask("What are my options?"))
    assert (reading.value, reading.score, reading.evidence) == (False, 0.0, ())


def test_doubtful_finds_keep_their_score(ask):
    """Below `min_score` the value is false, and the score says how near it was."""
    reading = reads(ask("2001:db8::7 at 10.0.0.7"), types=("IP_ADDRESS",), min_score=0.99)
    assert (reading.value, reading.evidence) == (False, ())
    assert 0.5 < reading.score < 0.99


@pytest.mark.parametrize(("where", "found"), [("last", False), ("user", True), ("all", True)])
def test_where_chooses_what_is_read(ask, where, found):
    """The last question, everything that users wrote, or the whole conversation."""
    view = ask("and now?", Message("user", ADDRESS), Message("assistant", "noted"))
    assert reads(view, where=where).value is found


def test_long_lists_are_not_counted_to_the_end(ask):
    """The reading stops early and says so, found or not."""
    reading = reads(ask(f"{ADDRESS} " * 5000))
    assert reading.value
    assert reading.evidence[-1] == STOPPED
    nothing = reads(ask("password: x1 " * 5000))
    assert (nothing.value, nothing.evidence) == (False, (STOPPED,))


def test_types_choose_and_unknown_ones_are_refused(ask):
    """Groups and types; the schema knows them all."""
    assert not reads(ask(ADDRESS), types=("secrets",)).value
    assert reads(ask("on 12/1/1981"), types=("mild",)).evidence == ("DATE_TIME x1",)
    with pytest.raises(msgspec.ValidationError, match="types"):
        msgspec.convert({"kind": "pii", "types": ["EMAIL"]}, PiiSpec)


def test_names_are_guessed_if_asked_for(ask):
    """By `names: true`, or by their type."""
    text = "My name is Katherine Acevedo"
    assert not reads(ask(text)).value
    assert reads(ask(text), names=True).evidence == ("PERSON x1",)
    assert not reads(ask(text), types=("LOCATION",)).value


def test_spans_tell_where(ask):
    """For evaluation and redaction: all of them, however many, and the canonical types that there can be."""
    signal = PiiSpec(types=("contact",), names=True).build()
    text = f"Katherine Acevedo {ADDRESS} " * 200
    spans = signal.spans(text)
    assert [span.type for span in spans] == ["PERSON", "EMAIL_ADDRESS"] * 200
    assert text[spans[1].start : spans[1].end] == ADDRESS
    assert signal.types == {"EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON", "STREET_ADDRESS", "LOCATION"}
    assert PiiSpec().build().spans(ADDRESS)[0].type == "EMAIL_ADDRESS"


@pytest.mark.parametrize("text", ["server 10.01.1.1", "::ffff:1.2.3.04", "at 152.05.250.205"])
def test_an_address_with_noughts_hides_nothing_beside_it(ask, text):
    """A value that is not what it looked like refutes itself, and nothing else in the text."""
    assert "EMAIL_ADDRESS x1" in reads(ask(f"{text}, {ADDRESS}")).evidence
    assert reads(ask(text)).score < 1.0
