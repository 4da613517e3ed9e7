"""Single flight: who goes upstream, who waits, and what becomes of them when the first one fails or leaves."""

from __future__ import annotations

import pytest

from tests.flow.makers import ARRIVED, arrived, ask, attempt, cache, delivered, failed, play, rooms, row_of, way
from wrp_cache import Flights
from wrp_policies.types import Ended
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import Answer, ClientGone, Delivered, Limits, Relay, Rooms, Send, Wait
from wrp_router.flow.asks import CacheControl


@pytest.fixture
def made() -> Rooms:
    """Rooms with a cache in which nothing is kept yet."""
    return rooms(cache=cache(), flights=Flights(), limits=Limits(extra_attempts=0))


def under_way(made: Rooms) -> Playbook:
    """One that leads: it goes upstream and waits for the engine."""
    return play(ask(), made) << expect(Send, attempt=attempt("small-a"))


def waiting(made: Rooms) -> Playbook:
    """Another that asks the same."""
    return play(ask(), made) << Wait


def seat_of(book: Playbook) -> object:
    """Where it waits."""
    return book.command.seat


def test_the_second_gets_the_answer_of_the_first(made: Rooms) -> None:
    """It asks no engine; its row says that the answer was shared and what that saved."""
    leader, follower = under_way(made), waiting(made)
    leader >> arrived() << Relay >> delivered(outcome={"tokens_out": 5})
    assert row_of(leader).cache == "miss"
    assert follower.command.seat.settled
    follower >> None << expect(Answer, hit=lambda hit: hit.entry.body == b"answer", error=None) >> Delivered(last=0.1)
    row = row_of(follower)
    assert (row.cache, row.outcomes, row.status) == ("hit-shared", (), 200)
    assert not made.flights


def test_if_the_first_fails_the_next_leads(made: Rooms) -> None:
    """One goes upstream in its place, the others wait on."""
    leader, second, third = under_way(made), waiting(made), waiting(made)
    leader >> failed(ended=Ended.FAILED, reason="reset") << Answer >> Delivered(status=502)
    row_of(leader)
    assert (second.command.seat.settled, third.command.seat.settled) == (True, False)
    second >> None << Send >> arrived() << Relay >> delivered()
    assert row_of(second).cache == "miss"
    assert third.command.seat.settled
    third >> None << Answer


def test_if_the_first_leaves_the_next_leads(made: Rooms) -> None:
    """Its client is gone, and so is its answer."""
    leader, second = under_way(made), waiting(made)
    leader >> Throw(ClientGone("ttft", None))
    assert row_of(leader).status == 499
    second >> None << Send


def test_one_that_leaves_in_line_is_forgotten(made: Rooms) -> None:
    """The first lands without it."""
    leader, second = under_way(made), waiting(made)
    second >> Throw(ClientGone("queue", None))
    assert row_of(second).gone == "queue"
    leader >> arrived() << Relay >> delivered()
    row_of(leader)
    assert not made.flights


def test_one_that_leaves_with_the_lead_passes_it_on(made: Rooms) -> None:
    """It was told to lead, and its client left before it could."""
    leader, second, third = under_way(made), waiting(made), waiting(made)
    leader >> failed(reason="reset") << Answer >> Delivered(status=502)
    row_of(leader)
    second >> Throw(ClientGone("queue", None))
    row_of(second)
    assert third.command.seat.settled
    third >> None << Send


def test_an_answer_that_may_not_be_shared_sends_all_upstream(made: Rooms) -> None:
    """It was cut at its length: nobody else may get it, and nobody waits for the next one in turn."""
    leader, second, third = under_way(made), waiting(made), waiting(made)
    leader >> arrived() << Relay >> delivered(outcome={"finish_reason": "length"})
    row_of(leader)
    second >> None << Send
    third >> None << Send
    assert not made.flights


def test_who_waited_in_vain_goes_alone(made: Rooms) -> None:
    """Its time is up, the first is still at it: the flow goes on as if it were the only one."""
    leader, second = under_way(made), waiting(made)
    assert not second.command.seat.settled
    second >> None << Send
    leader >> arrived() << Relay >> delivered()
    row_of(leader)
    assert not made.flights


@pytest.mark.parametrize(
    "changes",
    [{"key": b"other"}, {"key": None}, {"view": {"tenant": "other"}}, {"view": {"stream": True}}],
)
def test_what_is_not_the_same_goes_alone(made: Rooms, changes: dict[str, object]) -> None:
    """Another request, one that cannot be cached, another tenant's; and streams."""
    under_way(made)
    play(ask(**changes), made) << Send


@pytest.mark.parametrize("control", [CacheControl(no_store=True), CacheControl(no_cache=True)])
def test_who_wants_nothing_of_the_cache_goes_alone(made: Rooms, control: CacheControl) -> None:
    """Neither leads nor follows."""
    under_way(made)
    play(ask(control=control), made) << Send


def test_a_route_without_cache_shares_nothing() -> None:
    """Every request of it goes upstream."""
    made = rooms(("true", way("all", cache=False)), cache=cache(), flights=Flights())
    for _ in range(2):
        play(ask(), made) << Send
    assert not made.flights


def test_classes_do_not_wait_for_one_another(made: Rooms) -> None:
    """A critical request would wait behind a sheddable one that waits for room; among equals one leads as ever."""
    classes = ("sheddable", "critical", "default")
    leaders = [play(ask(view={"priority": priority}), made) << Send for priority in classes]
    followers = [play(ask(view={"priority": priority}), made) << Wait for priority in classes]
    leaders[1] >> arrived() << Relay >> delivered()
    assert [follower.command.seat.settled for follower in followers] == [False, True, False]


def test_a_purge_parts_those_before_it_from_those_after(made: Rooms) -> None:
    """Who followed before it gets the answer, which is not kept; who asks after it leads anew, and is followed."""
    leader, follower = under_way(made), waiting(made)
    assert made.cache is not None
    made.cache.purge(now=ARRIVED)
    second, behind = under_way(made), waiting(made)
    leader >> arrived() << Relay >> delivered()
    row_of(leader)
    assert (follower.command.seat.settled, behind.command.seat.settled, len(made.cache)) == (True, False, 0)
    follower >> None << Answer
    second >> arrived() << Relay >> delivered()
    row_of(second)
    assert behind.command.seat.settled
