"""Headers are matched by name whatever its case, exactly or by beginnings, and only those that are declared."""

import msgspec
import pytest

from wrp_signals import HeaderSpec, RequestView, ShapeSpec, SignalSpec, TurnSpec, headers_wanted


def read(headers, **fields):
    return HeaderSpec(name="X-Tier", **fields).build().read(RequestView("chat", "m", (), headers=headers))


@pytest.mark.parametrize(
    ("said", "value", "evidence"),
    [("gold-7", "paying", ("gold-*",)), (" GOLD-7 ", "paying", ("gold-*",)), ("trial", "free", ("trial",))],
)
def test_the_group_of_what_a_header_says(said, value, evidence):
    """Without case and the space around it."""
    groups = {"paying": ("gold-*", "Silver"), "free": ("trial",)}
    reading = read({"x-tier": said}, groups=groups)
    assert (reading.value, reading.score, reading.evidence) == (value, 1.0, evidence)


def test_absent_empty_and_unknown_values_are_nothing():
    """An empty string with a score of 0, so that conditions can ask for either."""
    for headers in ({}, {"x-tier": ""}, {"x-tier": "bronze"}):
        reading = read(headers, groups={"paying": ("gold",)})
        assert (reading.value, reading.score) == ("", 0.0)


def test_without_groups_it_is_the_value_itself():
    """Cut, so that no client can fill a log."""
    assert read({"x-tier": "Anything"}).value == "anything"
    assert read({"x-tier": "Anything"}, case=True).value == "Anything"
    assert len(read({"x-tier": "x" * 10_000}).value) == 200


@pytest.mark.parametrize("name", ["", "two words", "a:b", "é"])
def test_a_name_that_no_header_has_is_refused(name):
    """At the time of reading the configuration."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "header", "name": name}, SignalSpec)


def test_declaring_a_signal_lets_it_see_its_headers():
    """And nothing else's."""
    assert headers_wanted([TurnSpec(), HeaderSpec(name="X-Tier")]) == {"x-tier"}
    assert {"user-agent", "x-claude-code-session-id"} <= headers_wanted([ShapeSpec()])
    assert "authorization" not in headers_wanted([ShapeSpec()])
