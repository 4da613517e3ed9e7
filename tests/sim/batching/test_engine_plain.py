"""The engine, many iterations in one step, beside one that takes each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.batching.plain import Plain, Request
from wrp_router.sim.batching import Engine, Hardware, Job, Pace

CLOSE = 1e-6
SIZE = 4
Seen = list[tuple[float, int, bool]]


@dataclass(frozen=True)
class Step:
    """After so many seconds a request comes (`prompt` > 0), one is taken away, or the process dies (`prompt` < 0)."""

    gap: float
    prompt: int
    output: int = 1
    family: int = 0
    shared: int = 0
    which: int = 0


uneven = st.floats(0.0, 1.0).map(lambda gap: gap * 0.731)
requests = st.builds(
    Step, uneven, st.integers(1, 60), st.integers(1, 30), st.integers(0, 3), st.integers(0, 15), st.just(0)
)
removals = st.builds(Step, uneven, st.just(0), which=st.integers(0, 40))
deaths = st.builds(Step, uneven, st.just(-1))
scripts = st.lists(st.one_of(requests, requests, requests, requests, removals, deaths), min_size=1, max_size=25)
paces = st.builds(
    Pace,
    overhead=st.sampled_from([0.0137, 0.0611]),
    weights=st.sampled_from([0.0, 0.0213]),
    token=st.sampled_from([0.0, 0.00171]),
    sequence=st.sampled_from([0.0, 0.000317]),
    context=st.sampled_from([0.0, 0.0000771]),
    attention=st.sampled_from([0.0, 0.0000313]),
)
machines = st.builds(
    Hardware,
    pace=paces,
    kv_tokens=st.integers(12, 300),
    batch_tokens=st.integers(1, 30),
    slots=st.integers(1, 8),
    ahead=st.booleans(),
    latency=st.sampled_from([0.0, 0.003]),
)


def blocks_of(number: int, step: Step) -> tuple[int, ...]:
    """Whole blocks of the prompt: the first few are the family's, the others nobody else's."""
    whole = step.prompt // SIZE
    return tuple(step.family * 100 + i if i < step.shared else 10_000 + number * 100 + i for i in range(whole))


def check(engine: Engine, jobs: list[Job]) -> None:
    """What must hold whenever one looks."""
    memory = engine.memory
    running = len(engine) - engine.waiting
    assert 0 <= memory.held <= memory.tokens or running == 1
    assert memory.kept >= 0
    assert engine.backlog >= 0
    assert running <= engine.hardware.slots


def fast(hardware: Hardware, script: list[Step], ask: bool) -> tuple[Seen, list[Job], Engine]:
    """What is seen, by a caller that asks when it is due, or by one that comes only when something happens."""
    engine, now = Engine(hardware, SIZE), 0.0
    seen: Seen = []
    jobs: list[Job] = []
    for number, step in enumerate(script):
        now += step.gap
        while ask and (due := engine.due()) <= now:
            moments = engine.run(due)
            assert all(moment.at >= due for moment in moments)
            seen += [(moment.at, moment.job.key, moment.last) for moment in moments]
            check(engine, jobs)
        seen += [(moment.at, moment.job.key, moment.last) for moment in engine.run(now)]
        if step.prompt > 0:
            jobs.append(Job(number, step.prompt, step.output, blocks_of(number, step)))
            engine.add(jobs[-1], now)
        elif step.prompt < 0:
            engine.kill()
        elif jobs:
            engine.remove(jobs[step.which % len(jobs)], now)
        check(engine, jobs)
    while (due := engine.due()) < float("inf"):
        seen += [(moment.at, moment.job.key, moment.last) for moment in engine.run(due)]
    return sorted(seen), jobs, engine


def slow(hardware: Hardware, script: list[Step]) -> tuple[Seen, list[Request]]:
    """What should be seen."""
    plain, now = Plain(hardware, SIZE), 0.0
    seen: Seen = []
    requests: list[Request] = []
    for number, step in enumerate(script):
        now += step.gap
        seen += plain.run(now)
        if step.prompt > 0:
            requests.append(Request(number, step.prompt, step.output, blocks_of(number, step)))
            plain.add(requests[-1], now)
        elif step.prompt < 0:
            plain = Plain(hardware, SIZE)
        elif requests:
            plain.remove(requests[step.which % len(requests)])
    return sorted([*seen, *plain.run(float("inf"))]), requests


def same(hardware: Hardware, script: list[Step]) -> None:
    """Both see the same, and nothing is left behind."""
    wanted, requests = slow(hardware, script)
    for ask in (False, True):
        seen, jobs, engine = fast(hardware, script, ask)
        assert [(key, last) for _, key, last in seen] == [(key, last) for _, key, last in wanted]
        assert all(abs(a[0] - b[0]) < CLOSE for a, b in zip(seen, wanted, strict=True))
        assert [job.cached for job in jobs] == [request.cached or 0 for request in requests]
        assert [job.preempted for job in jobs] == [request.preempted for request in requests]
        assert (len(engine), engine.backlog, engine.memory.held, engine._context) == (0, 0, 0, 0)


@settings(max_examples=150, deadline=None)
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


@settings(max_examples=100, deadline=None)
@given(st.integers(12, 200), st.integers(1, 20), st.booleans(), even_scripts)
def test_same_when_all_falls_together(tokens: int, batch: int, ahead: bool, script: list[Step]) -> None:
    """Requests that come, leave and end just as an iteration starts are no exception."""
    hardware = Hardware(Pace(overhead=0.25), kv_tokens=tokens, batch_tokens=batch, slots=4, ahead=ahead)
    same(hardware, script)


@settings(max_examples=50, deadline=None)
@given(machines, st.lists(requests, min_size=10, max_size=40))
def test_same_under_load(hardware: Hardware, script: list[Step]) -> None:
    """Many requests at nearly the same time: they queue, fill the memory, and are preempted."""
    same(hardware, [replace(step, gap=step.gap / 20) for step in script])
