"""An engine that holds a few adapters, of many."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.batching.plain_adapters import PlainAdapters
from tests.sim.batching.scripts import ASKED, SIZE, Step, adapter_of, alike, machines, scripts, seen_by, should_be_seen
from wrp_router.sim.batching import AdapterEngine, Engine, Hardware, Job, Pace, engine_of
from wrp_router.sim.batching.adapters import Adapters

BASE = Hardware(Pace(overhead=0.01, token=1e-4), kv_tokens=10_000, batch_tokens=512, ahead=False)
FEW = msgspec.structs.replace(BASE, adapter_slots=2, adapter_load=2.0)

holders = st.builds(
    lambda hardware, slots, load: msgspec.structs.replace(hardware, adapter_slots=slots, adapter_load=load),
    machines,
    st.integers(1, 4),
    st.sampled_from([0.0, 0.0419, 0.737]),
)


@settings(max_examples=200)
@given(holders, scripts)
def test_same_as_iteration_by_iteration(hardware: Hardware, script: list[Step]) -> None:
    """First and last tokens and loads are those of an engine that takes every iteration and looks at every slot."""
    adapters = {number: adapter_of(step) for number, step in enumerate(script)}
    wanted, _, lives = should_be_seen(lambda: PlainAdapters(hardware, SIZE, adapters), script)
    for ask in ASKED:
        engine = AdapterEngine(hardware, SIZE)
        seen, _ = seen_by(engine, script, ask)
        alike(seen, wanted)
        assert engine.adapters.loads == sum(life.loads for life in lives if isinstance(life, PlainAdapters))
        assert (len(engine), engine.backlog, engine.memory.held) == (0, 0, 0)
        assert len(engine.adapters) <= hardware.adapter_slots


@settings(max_examples=100)
@given(machines, scripts)
def test_loads_that_take_no_time_change_nothing(hardware: Hardware, script: list[Step]) -> None:
    """To the last bit, where there are slots enough."""
    slotted = msgspec.structs.replace(hardware, adapter_slots=9)
    one, other = AdapterEngine(slotted, SIZE), Engine(hardware, SIZE)
    assert seen_by(one, script, Engine.run)[0] == seen_by(other, script, Engine.run)[0]


def test_only_slots_make_it_another_engine() -> None:
    """Without any nothing is asked of adapters at all."""
    assert type(engine_of(BASE)) is Engine
    assert type(engine_of(FEW)) is AdapterEngine


def first_tokens(*adapters: str) -> list[float]:
    """Of requests that come at once, one iteration each, one token each."""
    engine = engine_of(FEW)
    jobs = [Job(number, 512, 1, (), adapter) for number, adapter in enumerate(adapters)]
    for job in jobs:
        engine.add(job, 0.0)
    while (due := engine.due()) < float("inf"):
        engine.run(due)
    return [job.first for job in jobs]


@pytest.mark.parametrize(
    ("adapters", "expected"),
    [
        (["a"], [2.0612]),
        (["a", "a", "a"], [2.0612, 2.1224, 2.1836]),  # one load for all
        (["a", "b"], [2.0612, 4.1224]),  # the second begins to load when the first is computed
        (["", "a", ""], [0.0612, 2.1224, 2.1836]),  # who is behind waits, too
        (["a", "b", "c", "a"], [2.0612, 4.1224, 6.1836, 8.2448]),  # two slots: the first one is loaded again
        (["a", "b", "a", "c", "a"], [2.0612, 4.1224, 4.1836, 6.2448, 6.306]),  # not the one that was used again
    ],
)
def test_first_tokens(adapters: list[str], expected: list[float]) -> None:
    """Two seconds a load; 61 ms a prompt."""
    assert first_tokens(*adapters) == pytest.approx(expected, abs=1e-6)


def test_who_decodes_goes_on_while_another_loads() -> None:
    """A hundred tokens at ten milliseconds each are out when the second adapter is there."""
    engine = engine_of(FEW)
    one, two = Job(1, 10, 100, (), "a"), Job(2, 10, 1, (), "b")
    for job in (one, two):
        engine.add(job, 0.0)
    while (due := engine.due()) < float("inf"):
        engine.run(due)
    assert one.first == pytest.approx(2.011, abs=0.01)
    assert one.last == pytest.approx(3.02, abs=0.03)
    assert two.first > 4.0
    assert engine.busy == pytest.approx(engine.clock - 2.0 - (two.first - one.last), abs=0.05)


def test_one_in_use_is_not_evicted() -> None:
    """The third waits for a slot until somebody has written the last token."""
    engine = engine_of(msgspec.structs.replace(FEW, adapter_load=0.1))
    jobs = [Job(1, 10, 50, (), "a"), Job(2, 10, 200, (), "b"), Job(3, 10, 1, (), "c")]
    for job in jobs:
        engine.add(job, 0.0)
    while (due := engine.due()) < float("inf"):
        engine.run(due)
    assert jobs[0].last < jobs[2].first < jobs[1].last


def test_a_process_that_died_has_nothing_loaded() -> None:
    """All that it had loaded is counted still."""
    adapters = Adapters(2, 1.0)
    assert adapters.ready_at("a", 0.0) == 1.0
    adapters.forget()
    assert (len(adapters), adapters.ready_at("a", 5.0), adapters.loads) == (0, 6.0, 2)
