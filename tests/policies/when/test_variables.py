"""What can be named, and what it reads."""

from __future__ import annotations

import pytest

from wrp_policies.when import FACTS, RESERVED_NAMES, UNKNOWN, Env, compile
from wrp_policies.when.variables import signal_variable
from wrp_signals.facts import Facts, Reading

REQUEST = Facts(
    id="r", operation="messages", asked_model="auto", tenant="acme", session="s1", prompt_tokens=12, max_tokens=34,
    stream=True, turns=2, tools=3, images=4, response_format="json_schema", priority="sheddable",
    tool_results=5, audio=6, n=7,
)  # fmt: skip
TUESDAY = 1_767_709_800.0  # 2026-01-06 14:30:00 UTC


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("request.tokens", 12),
        ("request.max_tokens", 34),
        ("request.turns", 2),
        ("request.tools", 3),
        ("request.images", 4),
        ("request.tool_results", 5),
        ("request.audio", 6),
        ("request.n", 7),
        ("request.stream", True),
        ("request.operation", "messages"),
        ("request.model", "auto"),
        ("request.format", "json_schema"),
        ("request.session", "s1"),
        ("request.tenant", "acme"),
        ("request.priority", "sheddable"),
        ("tenant", "acme"),
        ("model", "auto"),
        ("session", "s1"),
        ("operation", "messages"),
        ("time.hour", 14),
        ("time.minute", 30),
        ("time.weekday", 2),
    ],
)
def test_facts(path: str, value: object) -> None:
    """Each fact reads its field; time is in UTC."""
    assert FACTS[path].read(Env(REQUEST, {}, TUESDAY)) == value


def test_every_fact_is_tested() -> None:
    """The table above names all of them, and reserves their roots."""
    assert len(FACTS) == 22
    assert {path.split(".")[0] for path in FACTS} == RESERVED_NAMES


def test_weeks_begin_on_sunday() -> None:
    """0 is Sunday and 6 Saturday, also before the epoch."""
    days = [compile(f"time.weekday == {day}", {}) for day in (0, 6, 4, 3)]
    sunday = 1_767_484_800.0
    assert days[0].evaluate(Env(REQUEST, {}, sunday)) is True
    assert days[1].evaluate(Env(REQUEST, {}, sunday - 1)) is True
    assert days[2].evaluate(Env(REQUEST, {}, 0.0)) is True
    assert days[3].evaluate(Env(REQUEST, {}, -1.0)) is True


def test_fields_of_a_signal() -> None:
    """Value, score and evidence of a reading; UNKNOWN without one."""
    reading = Reading("math", 0.7, ("sum",))
    where = Env(REQUEST, {"category": reading}, 0.0)
    read = {field: signal_variable("category", field, "string").read for field in ("", "value", "score", "evidence")}
    assert [each(where) for each in read.values()] == ["math", "math", 0.7, ("sum",)]
    assert {each(Env(REQUEST, {}, 0.0)) for each in read.values()} == {UNKNOWN}
