"""Random lives of an engine: what happens to it, what is seen of it, and what should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.sim.batching.plain import Plain, Request
from wrp_router.sim.batching import Engine, Hardware, Job, Moment, Pace
from wrp_router.sim.batching.engine import JUST

CLOSE = 1e-6
SIZE = 4
Seen = list[tuple[float, int, bool]]
Asking = Callable[[Engine, float], list[Moment]]
ASKED: tuple[Asking | None, ...] = (None, Engine.run, lambda engine, now: engine.run(now, JUST))


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


def adapter_of(step: Step) -> str:
    """A family's adapter; the first family wants none. Engines that hold no adapters do not look."""
    return f"lora-{step.family}" if step.family else ""


def check(engine: Engine, jobs: list[Job]) -> None:
    """What must hold whenever one looks."""
    memory = engine.memory
    running = len(engine) - engine.waiting
    assert 0 <= memory.held <= memory.tokens or running == 1
    assert memory.kept >= 0
    assert engine.backlog >= 0
    assert running <= engine.hardware.slots


def seen_by(engine: Engine, script: list[Step], ask: Asking | None) -> tuple[Seen, list[Job]]:
    """What is seen, by a caller that asks so when it is due, or (None) comes only when something happens."""
    now, seen = 0.0, Seen()
    jobs: list[Job] = []
    for number, step in enumerate(script):
        now += step.gap
        while ask and (due := engine.due()) <= now:
            moments = ask(engine, due)
            assert all(moment.at >= due for moment in moments)
            seen += [(moment.at, moment.job.key, moment.last) for moment in moments]
            check(engine, jobs)
        seen += [(moment.at, moment.job.key, moment.last) for moment in engine.run(now)]
        if step.prompt > 0:
            jobs.append(Job(number, step.prompt, step.output, blocks_of(number, step), adapter_of(step)))
            engine.add(jobs[-1], now)
        elif step.prompt < 0:
            engine.kill()
        elif jobs:
            engine.remove(jobs[step.which % len(jobs)])
        check(engine, jobs)
    while (due := engine.due()) < float("inf"):
        seen += [(moment.at, moment.job.key, moment.last) for moment in (ask or Engine.run)(engine, due)]
    return sorted(seen), jobs


def should_be_seen(make: Callable[[], Plain], script: list[Step]) -> tuple[Seen, list[Request], list[Plain]]:
    """By slow ones, each of which lives until the process dies."""
    lives, now = [make()], 0.0
    seen, requests = Seen(), list[Request]()
    for number, step in enumerate(script):
        now += step.gap
        seen += lives[-1].run(now)
        if step.prompt > 0:
            requests.append(Request(number, step.prompt, step.output, blocks_of(number, step)))
            lives[-1].add(requests[-1], now)
        elif step.prompt < 0:
            lives.append(make())
        elif requests:
            lives[-1].remove(requests[step.which % len(requests)])
    return sorted([*seen, *lives[-1].run(float("inf"))]), requests, lives


def alike(seen: Seen, wanted: Seen) -> None:
    """The same tokens, at times that rounding alone can part."""
    assert [(key, last) for _, key, last in seen] == [(key, last) for _, key, last in wanted]
    assert all(abs(a[0] - b[0]) < CLOSE for a, b in zip(seen, wanted, strict=True))
