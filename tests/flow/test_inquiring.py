"""Questions of our own in a flow: to whom they go, what they cost, and what the one who asked is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import BOTH, ask, outcome, pool, pools, rooms, way
from wrp_policies import Planner, RoundRobin, Static
from wrp_policies.balancing import Disaggregated, LeastLoad
from wrp_policies.cascading.types import Answer
from wrp_policies.questions import Again, Asking, Prompt, Question, Questions, Told
from wrp_policies.types import Ended, Outcome, Plan, Pool, Server
from wrp_router.fakes.playbook import Playbook, Returned, Throw, expect
from wrp_router.flow import Ask, ClientGone, Entered, Inquire, Inquired, Inquiry, Look, Rooms, Way
from wrp_router.flow.inquiring import asking
from wrp_router.flow.story import Story
from wrp_signals.facts import Message

YES = Answer("Yes.")
AGAIN = Again(0.7, 5)
OURS = Prompt((Message("system", "You judge."), Message("user", "Is it so?")))


def judges(*servers: Server, **changes: Any) -> Pool:
    """A pool that is only asked."""
    given: dict[str, Any] = {
        "servers": servers or (Server("judge-a"), Server("judge-b")),
        "abilities": frozenset({"chat"}),
    }
    return pool("judge", **(given | changes))


def led(balance: Any = None, **changes: Any) -> Way:
    """A way whose policy asks the judge."""
    planner = Planner(Static(BOTH), {name: RoundRobin() for name in BOTH}, "x", {"judge": balance or LeastLoad()})
    return way("all", planner=planner, **changes)


class Played:
    """Work that asks these questions, and gives what it was told."""

    def __init__(self, *rounds: Questions, ask: Ask, way: Way, rooms: Rooms, until: float = 200.0, **more: Any) -> None:
        self.story = Story(ask)
        self.story.plan = Plan((), "")
        self.closed = False
        self.book = Playbook(asking(ask, rooms, self.story, way, self._work(rounds), until, **more))

    def _work(self, rounds: tuple[Questions, ...]) -> Asking[list[Told]]:
        told: list[Told] = []
        try:
            for one in rounds:
                told += yield one
            return told
        finally:
            self.closed = True

    def looked(self, *there: Pool, now: float = 100.0) -> Playbook:
        """How the pools stand."""
        return self.book << Look >> Entered(there or (*pools(), judges()), now)


def played(*questions: Question, **changes: Any) -> Played:
    """One round of these."""
    made, led_by = changes.pop("ask", ask()), changes.pop("way", None) or led()
    seconds, house = changes.pop("seconds", 5.0), changes.pop("rooms", None) or rooms()
    return Played(Questions(questions, seconds), ask=made, way=led_by, rooms=house, **changes)


def judged(server: str = "judge-a", answer: Answer | None = YES, **changes: Any) -> Inquired:
    return Inquired(answer, outcome(server, **changes))


def test_a_question_and_its_answer() -> None:
    """It goes to the best server of its pool; what it cost is noted."""
    one = played(Question("judge", OURS, 16))
    book = one.looked() << Inquire
    (inquiry,) = book.command.inquiries
    assert (inquiry.servers, inquiry.model, inquiry.operation) == (("judge-a", "judge-b"), "judge-model", "chat")
    assert (inquiry.known, inquiry.lined, inquiry.formed, book.command.until) == (False, False, False, 105.0)
    assert (inquiry.facts.id, inquiry.facts.max_tokens, inquiry.facts.prompt_tokens > 0) == ("dec_1", 16, True)
    (told,) = (book >> (judged(),)).result
    assert (told.answer, told.why, told.cost) == (YES, "", pytest.approx(20e-6))
    assert [(had.pool, had.cost) for had in one.story.inquiries] == [("judge", pytest.approx(20e-6))]
    assert one.closed


def test_the_request_once_more_is_known_as_it_is() -> None:
    """In the caller's dialect, to a pool that it may go to, under the model's name."""
    made = ask(view={"operation": "messages", "stream": True})
    one = played(Question("small", AGAIN, 64), ask=made)
    book = one.looked(pool("small", abilities=frozenset({"messages"}))) << Inquire
    (inquiry,) = book.command.inquiries
    assert (inquiry.operation, inquiry.model, inquiry.known) == ("messages", "small-model", True)
    assert (inquiry.facts.prompt_tokens, inquiry.facts.stream, inquiry.facts.max_tokens) == (7, False, 64)


@pytest.mark.parametrize(("abilities", "operation"), [({"chat", "messages"}, "chat"), ({"responses"}, "responses")])
def test_ours_is_put_in_a_dialect_of_the_pool(abilities: set[str], operation: str) -> None:
    """Whatever the caller speaks."""
    one = played(Question("judge", OURS, 16), ask=ask(view={"operation": "completion"}))
    book = one.looked(judges(abilities=frozenset({*abilities, "json_schema"}))) << Inquire
    (inquiry,) = book.command.inquiries
    assert (inquiry.operation, inquiry.formed) == (operation, True)


def test_several_are_spread() -> None:
    """Each counts as under way when the next is given its server."""
    one = played(*[Question("judge", OURS, 16)] * 3)
    book = one.looked(judges(Server("judge-a"), Server("judge-b", in_flight=1))) << Inquire
    assert [inquiry.servers[0] for inquiry in book.command.inquiries] == ["judge-a", "judge-a", "judge-b"]


def test_no_more_than_so_many() -> None:
    """At the same time."""
    one = played(*[Question("judge", OURS, 16)] * 20)
    assert len((one.looked() << Inquire).command.inquiries) == 8


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ((), "no pool"),
        ((judges(abilities=frozenset({"completion"})),), "no such ability"),
        ((judges(model="*"),), "no such ability"),
        ((judges(Server("judge-a", up=False)),), "no server"),
        ((judges(servers=()),), "no server"),
    ],
)
def test_what_cannot_be_asked(there: tuple[Pool, ...], why: str) -> None:
    """Is answered at once, and costs nothing."""
    one = played(Question("judge", OURS, 16))
    one.looked(*(there or pools()))
    assert one.book.command == Returned([Told(None, why)])
    assert one.story.inquiries == ()


def test_a_pool_of_any_model_takes_the_name_as_it_came() -> None:
    """But `auto`, which is none."""
    one = played(Question("small", AGAIN, 16), ask=ask(view={"model": "sql-lora"}), way=led(as_asked=True))
    assert (one.looked() << Inquire).command.inquiries[0].model == "sql-lora"
    one = played(Question("judge", OURS, 16), ask=ask(view={"model": "sql-lora"}))
    assert (one.looked(judges(model="*")) << Inquire).command.inquiries[0].model == "sql-lora"


def test_servers_with_roles_are_not_asked() -> None:
    """None of them can answer without another."""
    one = played(Question("judge", OURS, 16), way=led(Disaggregated().build()))
    one.looked()
    assert one.book.command == Returned([Told(None, "no server")])


def test_what_would_come_too_late_is_not_asked() -> None:
    """By whoever knows how long may be waited."""
    one = played(
        Question("judge", OURS, 16), late=lambda facts, pool: f"{pool.name} is slow" if facts.tools == 0 else ""
    )
    one.looked()
    assert one.book.command == Returned([Told(None, "judge is slow")])


@pytest.mark.parametrize(
    ("until", "bounds", "end"),
    [(103.0, {}, 103.0), (200.0, {"deadline": 102.0}, 102.0), (200.0, {"first": 102.0}, 102.0), (200.0, {}, 105.0)],
)
def test_until_when(until: float, bounds: dict[str, float], end: float) -> None:
    """Whatever is first: what we allow, when the caller gives up, or what the question is worth."""
    one = played(Question("judge", OURS, 16), ask=ask(**bounds), until=until)
    assert (one.looked() << Inquire).command.until == end


def test_a_server_that_cannot_be_reached_is_left_out() -> None:
    """The next one is asked; the others have their answers already."""
    questions = [Question("judge", OURS, 16), Question("small", AGAIN, 16)]
    one = played(*questions)
    lost = judged("judge-a", None, ended=Ended.FAILED, reason="connect")
    book = one.looked() << Inquire >> (lost, judged("small-a"))
    book << expect(Inquire, inquiries=lambda made: [one.servers for one in made] == [("judge-b",)])
    told = (book >> (judged("judge-b"),)).result
    assert [one.answer for one in told] == [YES, YES]
    assert len(one.story.inquiries) == 3


def test_twice_is_enough() -> None:
    """Who cannot reach anybody is told so."""
    one = played(Question("judge", OURS, 16))
    book = one.looked()
    for server in ("judge-a", "judge-b"):
        book = book << Inquire >> (judged(server, None, ended=Ended.FAILED, reason="connect"),)
    assert book.result == [Told(None, "connect")]


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        ({}, "unreadable"),
        ({"ended": Ended.FAILED, "reason": "status 500"}, "status 500"),
        ({"ended": Ended.TIMED_OUT}, "timed_out"),
        ({"ended": Ended.FAILED, "reason": "busy"}, "busy"),
    ],
)
def test_why_there_is_no_answer(ended: dict[str, Any], why: str) -> None:
    """In a word; it is not asked again."""
    book = played(Question("judge", OURS, 16)).looked() << Inquire >> (judged("judge-a", None, **ended),)
    assert [told.why for told in book.result] == [why]


def test_rounds_follow_each_other() -> None:
    """Each with pools as they stand then."""
    first, second = Questions((Question("judge", OURS, 16),), 5.0), Questions((Question("small", AGAIN, 16),), 1.0)
    one = Played(first, second, ask=ask(), way=led(), rooms=rooms())
    one.looked() << Inquire >> (judged(),)
    book = one.looked(now=104.0) << expect(Inquire, until=105.0) >> (judged("small-a"),)
    assert len(book.result) == 2


def test_lines_and_beginnings() -> None:
    """A pool's lines are known, and how our prompt begins where servers are chosen by that."""
    long = Prompt((Message("user", "Is it so? " * 100),))
    one = played(Question("judge", long, 16), way=led(lines=frozenset({"judge"}), prefix=True))
    (inquiry,) = (one.looked() << Inquire).command.inquiries
    assert (inquiry.lined, bool(inquiry.facts.prefix)) == (True, True)


class Hearing(RoundRobin, frozen=True, tag="hearing"):
    """Says what it hears."""

    heard: list[str]

    def learn(self, facts: Any, plan: Any, outcome: Outcome) -> None:
        self.heard.append(outcome.server)


def test_balancing_hears_how_it_ended() -> None:
    """As of attempts; the policy that chooses models does not."""
    balance = Hearing(heard=[])
    (played(Question("judge", OURS, 16), way=led(balance)).looked() << Inquire) >> (judged(),)
    assert balance.heard == ["judge-a"]


def test_a_client_that_leaves_has_cost_something() -> None:
    """What was under way, and what was done."""
    one = played(Question("judge", OURS, 16))
    gone = ClientGone("ttft", None, (outcome("judge-a", ended=Ended.CLIENT_GONE),))
    with pytest.raises(ClientGone):
        one.looked() << Inquire >> Throw(gone)
    assert [had.cost for had in one.story.inquiries] == [pytest.approx(20e-6)]
    assert one.closed


def test_prices_may_be_unknown() -> None:
    """Then it costs nothing that we know of."""
    one = played(Question("judge", OURS, 16))
    (told,) = (one.looked(judges(price_in=0.0, price_out=0.0)) << Inquire >> (judged(),)).result
    assert (told.cost, isinstance(one.story.row().inquiries[0], Outcome)) == (0.0, True)


def test_the_words() -> None:
    """An inquiry says who may be asked."""
    assert Inquiry(Question("judge", OURS, 16), ("judge-a",), "m", "chat", Story(ask()).facts).known is False
