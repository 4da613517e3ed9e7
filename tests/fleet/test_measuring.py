"""What a lease does to what is known of its server."""

from __future__ import annotations

import pytest

from tests.fleet.makers import Watched, asked, done, failed, gone, pool
from wrp_policies.types import Fault, Outcome
from wrp_router.fleet import Fleet, Lease, PoolSpec, Report, ServerSpec
from wrp_router.fleet.measuring import FEW, UNKNOWN, Unseen, expected
from wrp_router.fleet.prefill import LONGEST
from wrp_router.fleet.spec import PrefixSpec

PREFIX = tuple(range(1, 9))
CAPACITY = 100


def warm_pool(**changes: int) -> PoolSpec:
    """Two servers that are believed to keep a hundred blocks of a hundred tokens."""
    return pool(prefix=PrefixSpec(100, CAPACITY), **changes)


def held(fleet: Watched, prefix: tuple[int, ...] = PREFIX) -> dict[str, int]:
    """Tokens of a prefix by server."""
    return dict(fleet.snapshot(0.0)[0].warm.tokens(prefix))


def kept(fleet: Watched, server: str = "s0") -> int:
    """How many of three hundred new blocks a server is believed to keep."""
    for number in range(1000, 1300):
        fleet.lease("p", server, 0.0, None, asked(100, (number,))).abandon(0.0)
    return sum(server in held(fleet, (number,)) for number in range(1000, 1300))


def ask(fleet: Watched, cached: int, server: str = "s0", prompt: int = 1000, **changes: object) -> None:
    """One request from dispatch to end, of whose prompt the engine says it had so many tokens."""
    lease = fleet.lease("p", server, 0.0, None, asked(prompt, PREFIX))
    lease.end(done(tokens_cached=cached, **changes), 0.0)


def test_a_request_is_charged_for_what_is_not_held() -> None:
    """At dispatch: the next one of the same instant finds it there, and pays for the rest only."""
    fleet = Watched(warm_pool())
    assert held(fleet) == {}
    first = fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX))
    assert (first.uncached, fleet.server("s0", 0.0).pending, held(fleet)) == (1000, 1000, {"s0": 800})
    second = fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX))
    assert (second.uncached, second.ahead, fleet.server("s0", 0.0).pending) == (200, 1200, 1200)
    assert fleet.server("s1", 0.0).pending == 0


def test_whatever_is_held_a_token_is_computed() -> None:
    """Blocks are a guess, and may be more than the prompt; and engines compute the last token anyhow."""
    fleet = Watched(warm_pool())
    fleet.lease("p", "s0", 0.0, None, asked(700, PREFIX)).first(0.5)
    lease = fleet.lease("p", "s0", 1.0, None, asked(700, PREFIX))
    assert (lease.uncached, lease.believed) == (1, 700)
    assert fleet.lease("p", "s1", 0.0, None, asked(0)).uncached == 1


def test_without_facts_nothing_is_charged() -> None:
    """Nor where the pool does not remember prefixes is anybody warm."""
    fleet = Watched(pool())
    lease = fleet.lease("p", "s0", 0.0)
    lease.first(1.0)
    fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX))
    again = fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX))
    assert (lease.uncached, again.uncached, held(fleet)) == (0, 1000, {})


@pytest.mark.parametrize("how", ["first", "end", "abandon", "gone", "failed"])
def test_what_was_charged_is_settled_once(how: str) -> None:
    """By the first token or the end, whichever comes first; other leases' prompts stay."""
    fleet = Watched(warm_pool())
    lease, _ = [fleet.lease("p", "s0", 0.0, None, asked(tokens)) for tokens in (300, 500)]
    endings = {"end": done(), "gone": gone(), "failed": failed()}
    if how == "first":
        lease.first(0.5)
        assert fleet.server("s0", 0.5).pending == 500
        lease.first(0.6)
    lease.end(endings[how], 1.0) if how in endings else lease.abandon(1.0)
    assert fleet.server("s0", 1.0).pending == 500
    lease.first(2.0)
    assert fleet.server("s0", 2.0).pending == 500


def test_settling_outlives_a_reload() -> None:
    """Kept or gone, a server's prompts are settled where they were charged."""
    fleet = Watched(pool())
    leases = [fleet.lease("p", server, 0.0, None, asked(100)) for server in ("s0", "s1", "s1")]
    fleet.replace([pool(servers=1)])
    assert [server.pending for server in fleet.snapshot(0.0)[0].servers] == [100]
    fleet.replace([pool()])
    assert [server.pending for server in fleet.snapshot(0.0)[0].servers] == [100, 0]
    leases[1].first(1.0)
    for lease in leases:
        lease.end(done(), 1.0)
    assert [server.pending for server in fleet.snapshot(1.0)[0].servers] == [0, 0]
    assert [lease.state.prefill.ours for lease in leases] == [0, 0, 0]


def taught(fleet: Watched) -> None:
    """Teaches s0 that a token takes a millisecond, and everything else a tenth of a second."""
    for tokens in (100, 300, 500, 700, 900, 1100, 1300, 1500):
        fleet.lease("p", "s0", 0.0, None, asked(tokens)).first(0.1 + tokens / 1000)


def test_first_tokens_teach_how_fast_a_server_is() -> None:
    """One prompt after the other, and several at once: what counts is what was ahead."""
    fleet = Watched(pool())
    leases = [fleet.lease("p", "s0", 0.0, None, asked(tokens)) for tokens in range(100, 1000, 100)]
    for lease in leases:
        lease.first(0.1 + lease.ahead / 1000)
    server = fleet.server("s0", 9.0)
    assert [server.prefill, server.base] == pytest.approx([0.001, 0.1])
    assert (server.pending, fleet.server("s1", 9.0).prefill) == (0, 0.0)


def test_ends_without_a_first_token_teach_nothing() -> None:
    """Nobody saw when the prompt was computed; nor does an answer that comes whole say so."""
    fleet = Watched(pool())
    for number in range(20):
        lease = fleet.lease("p", "s0", 0.0, None, asked(1000, stream=bool(number % 2)))
        lease.end(done(), 5.0)
    assert fleet.server("s0", 5.0).prefill == 0.0


def test_prompts_of_whole_answers_are_taken_for_computed_in_time() -> None:
    """After a second while nothing is measured, after the time expected later; or when they end sooner."""
    fleet = Watched(pool())
    fleet.lease("p", "s0", 10.0, None, asked(400, stream=False))
    assert [fleet.server("s0", now).pending for now in (10.0, 10.9, 10.0 + UNKNOWN)] == [400, 400, 0]
    taught(fleet)
    fleet.lease("p", "s0", 20.0, None, asked(400, stream=False))
    soon = fleet.lease("p", "s0", 20.0, None, asked(1000, stream=False))
    assert [fleet.server("s0", now).pending for now in (20.0, 20.49, 20.51)] == [1400, 1400, 1000]
    soon.end(done(), 20.6)
    assert [fleet.server("s0", now).pending for now in (20.6, 30.0)] == [0, 0]


def test_nothing_is_expected_for_ever() -> None:
    """However much an engine says is waiting."""
    fleet = Watched(pool())
    taught(fleet)
    fleet.reported("p", "s0", Report(pending=10**400), 0.0)
    lease = fleet.lease("p", "s0", 0.0, None, asked(stream=False))
    assert expected(lease) == LONGEST
    assert fleet.server("s0", LONGEST).pending == fleet.server("s0", 0.0).pending


def leased(fleet: Fleet) -> Lease:
    """A lease that was credited."""
    return fleet.lease("p", "s0", 0.0, None, asked(100))


def test_unseen_prompts_are_over_in_order_of_time() -> None:
    """Each once, and those that were settled meanwhile not at all."""
    fleet, unseen = Watched(pool()), Unseen()
    leases = [leased(fleet) for _ in range(3)]
    for lease in leases:
        unseen.add(lease)
    leases[1].first(0.5)
    assert (unseen.over(UNKNOWN - 0.1), len(unseen)) == ((), 3)
    assert (list(unseen.over(UNKNOWN)), len(unseen)) == ([leases[0], leases[2]], 0)
    assert unseen.over(9.0) == ()


def test_unseen_prompts_are_bounded_by_what_is_out() -> None:
    """Clients that leave at once fill no memory, and those that stay are kept."""
    fleet, unseen = Watched(pool()), Unseen()
    out = [leased(fleet) for _ in range(100)]
    for lease in out:
        unseen.add(lease)
    for _ in range(5 * FEW):
        lease = leased(fleet)
        unseen.add(lease)
        lease.abandon(0.0)
        assert len(unseen) <= 2 * len(out) + FEW
    assert list(unseen.over(UNKNOWN)) == out


def test_reports_far_below_belief_shrink_a_server() -> None:
    """It was restarted, or others use it: fewer blocks are believed to be there. Others stay as they are."""
    fleet = Watched(warm_pool())
    ask(fleet, 0)
    ask(fleet, 800)
    for _ in range(10):
        ask(fleet, 399)
    assert kept(fleet) == 73
    assert kept(fleet, "s1") == CAPACITY


def test_reports_that_agree_let_it_grow_to_the_limit() -> None:
    """Half of what was believed is agreement: tokens are estimates."""
    fleet = Watched(warm_pool())
    ask(fleet, 800)
    for _ in range(20):
        ask(fleet, 1)
    for _ in range(500):
        ask(fleet, 400)
    assert kept(fleet) == CAPACITY


@pytest.mark.parametrize(
    "outcome",
    [
        done(),
        done(tokens_cached=-5),
        done(tokens_cached=1, estimated=True),
        failed(tokens_cached=1, fault=Fault.REQUEST),
        gone(),
    ],
)
def test_many_engines_never_say_what_they_had(outcome: Outcome) -> None:
    """Zero means nothing until one has said more than that; nor do failures and estimates count."""
    fleet = Watched(warm_pool())
    for _ in range(50):
        fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX)).end(outcome, 0.0)
    assert kept(fleet) == CAPACITY


def test_what_is_being_computed_proves_nothing() -> None:
    """A burst of prompts that begin alike: engines may or may not share what is not computed yet."""
    fleet = Watched(warm_pool())
    ask(fleet, 800, prompt=800)
    for number in range(30):
        fresh = tuple(range(10_000 + 8 * number, 10_008 + 8 * number))
        leases = [fleet.lease("p", "s0", 0.0, None, asked(1000, fresh)) for _ in range(8)]
        for lease in leases:
            lease.end(done(tokens_cached=0), 1.0)
    assert kept(fleet) == CAPACITY


def test_the_last_words_of_the_gone_say_nothing_of_their_namesakes() -> None:
    """A server moved to another address is another server: with nothing held, and not to blame for the old one."""
    fleet = Watched(warm_pool())
    ask(fleet, 800)
    last = fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX))
    moved = ServerSpec("s0", "http://elsewhere")
    fleet.replace([PoolSpec("p", "m", (moved,), prefix=PrefixSpec(100, CAPACITY))])
    assert held(fleet) == {}
    ask(fleet, 800)
    for _ in range(2):
        last = fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX))
        fleet.replace([warm_pool()])
        fleet.replace([PoolSpec("p", "m", (moved,), prefix=PrefixSpec(100, CAPACITY))])
        fleet.lease("p", "s0", 0.0, None, asked(1000, PREFIX)).first(0.0)
        last.end(done(tokens_cached=1), 1.0)
    assert kept(fleet) == CAPACITY
