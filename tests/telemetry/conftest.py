"""What the tests of this room share: rows to order, a logger that keeps what it is told, a clock that stands still."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from wrp_policies.types import Attempt, Ended, Outcome, Plan
from wrp_router.record import Row
from wrp_router.telemetry.log import Seldom
from wrp_signals.facts import Facts, Reading


class Kept(logging.Handler):
    """Keeps what is logged, as the text that a handler would have written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def complain(kept: Kept, clock: Clock) -> Seldom:
    """A Seldom whose warnings land in `kept`."""
    logger = logging.Logger("test")
    logger.addHandler(kept)
    return Seldom(logger, clock=clock)


@pytest.fixture
def outcome() -> Outcome:
    """An attempt that went well."""
    return Outcome(
        pool="small",
        server="a",
        model="qwen3-8b",
        ended=Ended.DONE,
        status=200,
        ttft=0.2,
        duration=2.2,
        tokens_in=100,
        tokens_out=201,
        tokens_cached=64,
        cost=0.001,
        finish_reason="stop",
    )


@pytest.fixture
def make_row(outcome: Outcome) -> Callable[..., Row]:
    """A row of a stream that went well, but for what is given; `id` and the facts' other fields go to the facts."""

    def make(id: str = "d1", **changes: object) -> Row:
        of_facts = {name: changes.pop(name) for name in list(changes) if name in Facts.__struct_fields__}
        facts = {
            "operation": "chat",
            "asked_model": "auto",
            "stream": True,
            "prompt_tokens": 100,
            "readings": {"hard": Reading(0.7, cost=0.0004)},
            **of_facts,
        }
        row: dict[str, object] = {
            "time": 1700000000.0,
            "facts": Facts(id=id, **facts),
            "request_id": "r1",
            "route": "rest",
            "plan": Plan((Attempt("small", "a"),), "because", "static"),
            "outcomes": (outcome,),
            "cache": "miss",
            "ttft": 0.25,
            "duration": 2.3,
            "overhead": 0.0004,
            **changes,
        }
        return Row(**row)

    return make


@pytest.fixture
def value(metrics) -> Callable[..., float | None]:
    """The value of one series as a scrape sees it, or None."""

    def of(name: str, **labels: str) -> float | None:
        for family in text_string_to_metric_families(metrics.render().decode()):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        return None

    return of
