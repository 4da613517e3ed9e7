"""The breaker of one server."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.makers import done, failed, gone
from wrp_policies.types import Ended, Fault, Outcome
from wrp_router.fleet.health import TABLE, Breaker, Event, IllegalStep, State, evidence, step, table_as_markdown
from wrp_router.fleet.window import SLOT

RNG = random.Random(0)
ILLEGAL = [(s, e) for s in State for e in Event if (s, e) not in TABLE]


class Pinned(random.Random):
    """Chance that always comes out the same."""

    def __init__(self, value: float) -> None:
        super().__init__(0)
        self.value = value

    def random(self) -> float:
        return self.value


def opened(now: float = 0.0, rng: random.Random = RNG) -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker()
    breaker.move(Event.FAILED_ENOUGH, now, rng)
    return breaker


@pytest.mark.parametrize(("state", "event"), ILLEGAL)
def test_illegal_step_names_both(state: State, event: Event) -> None:
    """A pair that is not in the table is a mistake, and the message says which."""
    with pytest.raises(IllegalStep, match=f"{event.name} while {state.name}"):
        step(state, event)


def test_every_state_can_be_reached_and_left() -> None:
    """No dead ends: each state is entered from another and left for another."""
    moves = {(before, after) for (before, _), after in TABLE.items() if before is not after}
    assert {after for _, after in moves} == {before for before, _ in moves} == set(State)


def test_table_prints_as_markdown() -> None:
    """What ARCHITECTURE.md shows is the table itself."""
    assert table_as_markdown() == (
        "| state | ok | failed | failed_enough | slow | waited | probed_ok |\n"
        "|---|---|---|---|---|---|---|\n"
        "| closed | closed | closed | open | open | - | closed |\n"
        "| open | closed | open | - | - | half_open | closed |\n"
        "| half_open | closed | open | - | - | - | closed |\n"
    )


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (done(), Event.OK),
        (failed(), Event.FAILED),
        (failed(ended=Ended.TIMED_OUT), Event.FAILED),
        (failed(fault=Fault.REQUEST, status=400), None),
        (failed(fault=Fault.CREDENTIAL, status=401), None),
        (failed(fault=Fault.NONE, status=0), None),
        (gone(), None),
        (failed(ended=Ended.CLIENT_GONE), None),
    ],
)
def test_only_host_faults_and_successes_are_evidence(state: State, outcome: Outcome, says: Event | None) -> None:
    """One tenant's bad prompts or bad key eject nobody, nor does a client that leaves."""
    assert evidence(outcome, state) is says


def test_429_fails_only_the_trial() -> None:
    """A busy engine is a healthy one, but not one to go back to yet."""
    busy = failed(fault=Fault.CREDENTIAL, status=429)
    assert [evidence(busy, state) for state in State] == [None, None, Event.FAILED]


def test_five_failures_in_a_row_are_enough() -> None:
    """Four are not, and a success in between starts the count again."""
    breaker = Breaker()
    for event in (Event.FAILED,) * 4 + (Event.OK,) + (Event.FAILED,) * 4:
        breaker.note(event, 1.0)
        assert breaker.enough(1.0) == ""
    breaker.note(Event.FAILED, 1.0)
    assert breaker.enough(1.0) == "5 failures in a row"


def test_half_of_twenty_is_enough() -> None:
    """A server that fails every other request opens at the twentieth, not before, and not if that took too long."""
    breaker, slow = Breaker(), Breaker()
    for number in range(20):
        assert breaker.enough(float(number)) == ""
        breaker.note(Event.FAILED if number % 2 else Event.OK, number * 1.0)
        slow.note(Event.FAILED if number % 2 else Event.OK, number * 4.0)
    assert breaker.enough(19.0) == "10 of 20 requests failed"
    assert slow.enough(76.0) == ""


def sent(*senders: tuple[str, float, float], until: float, breaker: Breaker, since: float = 0.0, seed: int = 1) -> str:
    """Callers who each send so many requests a second, of which such a share fails, at random times: why that was
    enough to open, and when; or nothing."""
    rng = random.Random(seed)
    arrivals = []
    for caller, pace, share in senders:
        now = since + rng.expovariate(pace)
        while now < until:
            arrivals.append((now, caller, share))
            now += rng.expovariate(pace)
    for now, caller, share in sorted(arrivals):
        breaker.note(Event.FAILED if rng.random() < share else Event.OK, now, caller)
        why = breaker.enough(now) if breaker.failures else ""
        if why:
            return f"{now - since:.1f} s: {why}"
    return ""


@pytest.mark.parametrize("quiet", [0.05, 0.1, 0.3])
def test_a_server_that_died_for_all_is_found_though_nearly_all_is_one_callers(quiet: float) -> None:
    """Another was served before, but so seldom that it says nothing: five failures are enough."""
    for seed in range(20):
        breaker = Breaker()
        assert sent(("a", 20.0, 0.0), ("b", quiet, 0.0), until=100.0, breaker=breaker) == ""
        why = sent(("a", 20.0, 1.0), ("b", quiet, 1.0), since=100.0, until=130.0, breaker=breaker, seed=seed)
        assert why.endswith("5 failures in a row")
        assert float(why.split()[0]) < 2.0


def test_others_who_fall_silent_excuse_no_run_for_long() -> None:
    """They sent a quarter of all until it died, and nothing since: by then dozens of theirs are overdue."""
    breaker = Breaker()
    assert sent(("a", 15.0, 0.0), ("b", 5.0, 0.0), until=60.0, breaker=breaker) == ""
    for number in range(60):
        now = 60.0 + number / 15.0
        breaker.note(Event.FAILED, now, "a")
        assert bool(breaker.enough(now)) == (now - 60.0 >= SLOT)


def test_a_server_that_fails_nine_in_ten_is_not_excused_by_an_answer_now_and_then() -> None:
    """To somebody else."""
    for seed in range(20):
        why = sent(("a", 5.0, 0.9), ("b", 0.1, 0.0), until=60.0, breaker=Breaker(), seed=seed)
        assert why
        assert float(why.split()[0]) < 10.0


@pytest.mark.parametrize(("poison", "sound"), [(20.0, 20.0), (20.0, 5.0), (4.0, 1.0), (1.0, 1.0)])
def test_one_callers_poison_while_others_are_served(poison: float, sound: float) -> None:
    """At comparable rates, for ten minutes, whatever the gaps between them: it never opens."""
    for seed in range(3):
        breaker = Breaker()
        assert sent(("b", sound, 0.0), ("c", sound, 0.0), until=60.0, breaker=breaker) == ""
        senders = ("a", poison, 1.0), ("b", sound, 0.0), ("c", sound / 4, 0.0)
        assert sent(*senders, since=60.0, until=660.0, breaker=breaker, seed=seed) == ""


def test_a_burst_of_one_callers_is_no_silence_of_others() -> None:
    """A hundred failures at once, where another is served once a second: in that time nothing of it was due."""
    breaker = Breaker()
    for second in range(60):
        breaker.note(Event.OK, float(second), "b")
    for _ in range(100):
        breaker.note(Event.FAILED, 59.5, "a")
        assert breaker.enough(59.5) == ""


def test_a_trial_that_fails_doubles_the_wait_whoever_sent_it() -> None:
    """Also the caller who was to blame before: nobody else may come."""
    breaker, now, waits = Breaker(), 0.0, []
    for _ in range(3):
        for _ in range(1 if waits else 5):
            breaker.note(Event.FAILED, now, "a")
        breaker.move(Event.FAILED if waits else Event.FAILED_ENOUGH, now, Pinned(0.0))
        waits.append(breaker.until - now)
        now = breaker.until
        breaker.move(Event.WAITED, now, RNG)
    assert waits == pytest.approx([5.0, 10.0, 20.0])


def test_wait_doubles_up_to_a_minute() -> None:
    """5, 10, 20, 40, 60, 60 seconds without jitter; half as much again at most with it."""
    for chance, factor in ((0.0, 1.0), (1.0, 1.5)):
        breaker, now, waits = Breaker(), 0.0, []
        breaker.move(Event.FAILED_ENOUGH, now, Pinned(chance))
        for _ in range(6):
            waits.append(breaker.until - now)
            now = breaker.until
            breaker.move(Event.WAITED, now, Pinned(chance))
            breaker.move(Event.FAILED, now, Pinned(chance))
        assert waits == pytest.approx([w * factor for w in (5.0, 10.0, 20.0, 40.0, 60.0, 60.0)])


@pytest.mark.parametrize(("event", "wait"), [(Event.OK, 5.0), (Event.PROBED_OK, 10.0)])
def test_only_a_real_success_resets_the_wait(event: Event, wait: float) -> None:
    """A health page that works proves less than an answer: after it, the next opening lasts longer."""
    breaker = opened(rng=Pinned(0.0))
    breaker.move(Event.WAITED, 5.0, RNG)
    breaker.note(event, 5.0)
    breaker.move(event, 5.0, RNG)
    breaker.move(Event.FAILED_ENOUGH, 10.0, Pinned(0.0))
    assert breaker.until - 10.0 == pytest.approx(wait)


def test_slowness_is_forgiven_for_being_quick_and_not_for_a_single_answer() -> None:
    """5, 10, 20 seconds, though a trial went well in between; 5 again for one that kept up with the others."""
    breaker, now, waits = Breaker(), 0.0, []
    for quick in (False, False, False, True):
        if quick:
            breaker.quick()
        breaker.move(Event.SLOW, now, Pinned(0.0))
        waits.append(breaker.until - now)
        now = breaker.until
        breaker.move(Event.WAITED, now, RNG)
        breaker.note(Event.OK, now)
        breaker.move(Event.OK, now, RNG)
    assert waits == pytest.approx([5.0, 10.0, 20.0, 5.0])


def test_half_open_admits_one() -> None:
    """The trial is out: nobody else may."""
    breaker = opened()
    assert not breaker.admits()
    assert not breaker.waited(4.9)
    assert breaker.waited(7.6)
    breaker.move(Event.WAITED, 7.6, RNG)
    assert breaker.admits()
    breaker.trials += 1
    assert not breaker.admits()


@given(st.lists(st.tuples(st.sampled_from([Event.OK, Event.FAILED, Event.PROBED_OK]), st.floats(0, 3)), max_size=80))
def test_epoch_counts_changes(events: list[tuple[Event, float]]) -> None:
    """Whatever happens, the epoch goes up with every change of state, and with nothing else."""
    breaker, now, epochs = Breaker(), 0.0, 0
    for event, later in events:
        now += later
        before = breaker.state
        if breaker.waited(now):
            assert breaker.move(Event.WAITED, now, RNG)
        else:
            breaker.note(event, now)
            enough = before is State.CLOSED and event is Event.FAILED and breaker.enough(now)
            assert breaker.move(Event.FAILED_ENOUGH if enough else event, now, RNG) == (breaker.state is not before)
        epochs += breaker.state is not before
        assert breaker.epoch == epochs
