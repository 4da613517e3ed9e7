"""The engine, many iterations in one step, beside one that takes each of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.batching.plain import Plain
from tests.sim.batching.scripts import ASKED, SIZE, Step, alike, machines, requests, scripts, seen_by, should_be_seen
from wrp_router.sim.batching import Engine, Hardware, Pace


def same(hardware: Hardware, script: list[Step]) -> None:
    """Both see the same, and nothing is left behind."""
    wanted, requests, _ = should_be_seen(lambda: Plain(hardware, SIZE), script)
    for ask in ASKED:
        engine = Engine(hardware, SIZE)
        seen, jobs = seen_by(engine, script, ask)
        alike(seen, wanted)
        assert [job.cached for job in jobs] == [request.cached or 0 for request in requests]
        assert [job.preempted for job in jobs] == [request.preempted for request in requests]
        assert (len(engine), engine.backlog, engine.memory.held, engine._context) == (0, 0, 0, 0)


@settings(max_examples=150)
@given(machines, scripts)
def test_same_as_iteration_by_iteration(hardware: Hardware, script: list[Step]) -> None:
    """First and last tokens, cached tokens and preemptions are those of an engine that takes every iteration."""
    same(hardware, script)


even = st.integers(0, 8).map(lambda quarters: quarters * 0.25)
even_scripts = st.lists(
    st.builds(
        Step, even, st.integers(0, 40), st.integers(1, 30), st.integers(0, 2), st.integers(0, 9), st.integers(0, 9)
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=100)
@given(st.integers(12, 200), st.integers(1, 20), st.booleans(), even_scripts)
def test_same_when_all_falls_together(tokens: int, batch: int, ahead: bool, script: list[Step]) -> None:
    """Requests that come, leave and end just as an iteration starts are no exception."""
    hardware = Hardware(Pace(overhead=0.25), kv_tokens=tokens, batch_tokens=batch, slots=4, ahead=ahead)
    same(hardware, script)


@settings(max_examples=50)
@given(machines, st.lists(requests, min_size=10, max_size=40))
def test_same_under_load(hardware: Hardware, script: list[Step]) -> None:
    """Many requests at nearly the same time: they queue, fill the memory, and are preempted."""
    same(hardware, [replace(step, gap=step.gap / 20) for step in script])
