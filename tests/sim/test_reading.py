"""What a simulated request is asked about itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wrp_cache.guard import Guard
from wrp_router.flow import Embed, Read, Review
from wrp_router.sim.reading import Reader
from wrp_signals.facts import Message, Reading, RequestView

VIEW = RequestView("chat", "auto", (Message("user", "What is up?"),))


class Counting:
    """A vector of two for every text; `asked` are the texts."""

    id, dim = "counting", 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Any) -> Any:
        self.asked += texts
        return np.ones((len(texts), 2), np.float32)


class Length:
    """The length of the vector, or of nothing."""

    def __init__(self, tier: str, fails: bool = False) -> None:
        self.tier, self._fails = tier, fails

    def read(self, view: RequestView, vector: Any) -> Reading:
        if self._fails:
            raise ValueError("no")
        return Reading(0 if vector is None else len(vector))


def test_readings_and_what_stays_unknown() -> None:
    """A signal that is not there, whose tier is not there, or that fails is unknown; each tier embeds once."""
    model: Any = Counting()
    signals: Any = {
        "plain": Length("none"), "deep": Length("model"), "deeper": Length("model"), "lost": Length("static"),
        "bad": Length("none", fails=True),
    }  # fmt: skip
    reader = Reader(signals, {"model": model})
    names = (*signals, "absent")
    read = reader.read(Read(VIEW, names, 1.0))
    assert {name: reading.value for name, reading in read.items()} == {"plain": 0, "deep": 2, "deeper": 2}
    vector = reader.embed(Embed(VIEW, 1.0))
    assert vector is not None
    assert model.asked == ["What is up?"]
    assert reader.embed(Embed(VIEW, 1.0, "static")) is None
    assert reader.read(Read(VIEW, names, 0.0)) == {}
    assert reader.embed(Embed(VIEW, 0.0)) is None


@pytest.mark.parametrize(("reviewer", "found"), [(None, None), (Guard(), "number: 2 != 3")])
def test_second_looks(reviewer: Guard | None, found: str | None) -> None:
    """By whoever reviews, at once."""
    review = Review("What are the names of 2 rivers?", "What are the names of 3 rivers?", 0.9, 1.0)
    assert Reader({}, {}, reviewer).review(review) == found
