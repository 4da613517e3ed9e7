"""Questions of the router's own in the life of a request: to which servers, at what cost, and what came of them. It
does not know what they are for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from wrp_policies.questions import MOST, Again, Asking, Question, T, Told
from wrp_policies.types import Outcome, Pool, Server
from wrp_router.wire.inquiries import PROMPTED
from wrp_signals.facts import Facts, Operation, RequestView, facts_of
from wrp_signals.prefix import prefix_hashes

from .asks import Ask
from .commands import LOOK, ClientGone, Entered, Flow
from .pricing import cost_of, prices_of
from .questions import Inquire, Inquired, Inquiry
from .rooms import Rooms, Way
from .story import Story

TRIES = 2
"""How often a question is asked whose server cannot be reached."""

NOWHERE = "connect"
"""The reason of one that did not reach its server: it cost nobody anything, and another one may be asked."""

Late = Callable[[Facts, Pool], str]
"""Why an answer from that pool would come too late, "" if it would not."""


def never(facts: Facts, pool: Pool) -> str:
    """Nothing comes too late."""
    return ""


def at_once() -> Flow[None]:
    """Nothing has to be done before anything is asked."""
    yield from ()


def asking(
    ask: Ask,
    rooms: Rooms,
    story: Story,
    way: Way,
    work: Asking[T],
    until: float,
    late: Late = never,
    before: Callable[[], Flow[None]] = at_once,
) -> Flow[T]:
    """What the work comes to. It is told what came of each round of questions, none of which goes on beyond `until` on
    the driver's clock. Where it asks at all, `before` comes first."""
    try:
        questions = next(work)
        yield from before()
        while True:
            now: Entered = yield LOOK
            end = min(until, ask.until, now.now + questions.seconds)
            told = yield from inquire(ask, rooms, story, way, questions.asked[:MOST], now, end, late)
            questions = work.send(told)
    except StopIteration as over:
        result: T = over.value
        return result
    finally:
        work.close()


def inquire(
    ask: Ask,
    rooms: Rooms,
    story: Story,
    way: Way,
    questions: Sequence[Question],
    look: Entered,
    until: float,
    late: Late,
) -> Flow[tuple[Told, ...]]:
    """What came of each question, in their order. Whatever was asked is in the row with what it cost, also where the
    client left meanwhile."""
    told: list[Told | None] = [None] * len(questions)
    pools = {pool.name: pool for pool in look.pools or ()}
    for tried in range(TRIES):
        waiting: list[tuple[int, Inquiry]] = []
        for place, question in enumerate(questions):
            if told[place] is None:
                made = _inquiry(ask, rooms, story, way, question, pools, look.now, late)
                if isinstance(made, Inquiry):
                    waiting.append((place, made))
                else:
                    told[place] = Told(None, NOWHERE) if tried else made
        if not waiting:
            break
        found = yield from _asked(ask, story, way, tuple([one for _, one in waiting]), pools, until)
        for (place, inquiry), one in zip(waiting, found, strict=True):
            if one.outcome.reason == NOWHERE:
                pools[inquiry.question.pool] = _without(pools[inquiry.question.pool], one.outcome.server)
            else:
                told[place] = _told(one)
    return tuple([Told(None, NOWHERE) if one is None else one for one in told])


def _asked(
    ask: Ask, story: Story, way: Way, inquiries: tuple[Inquiry, ...], pools: dict[str, Pool], until: float
) -> Flow[tuple[Inquired, ...]]:
    """At the same time. What they cost is noted, however they end."""
    assert story.plan is not None
    try:
        found: tuple[Inquired, ...] = yield Inquire(inquiries, until, ask.view.priority)
    except ClientGone as gone:
        story.inquiries += tuple([_priced(one, pools, ask.prompt_tokens) for one in gone.inquired])
        raise
    priced = [Inquired(one.answer, _priced(one.outcome, pools, ask.prompt_tokens)) for one in found]
    for inquiry, one in zip(inquiries, priced, strict=True):
        way.planner.told(inquiry.facts, story.plan, one.outcome)
    story.inquiries += tuple([one.outcome for one in priced])
    return tuple(priced)


def _inquiry(
    ask: Ask,
    rooms: Rooms,
    story: Story,
    way: Way,
    question: Question,
    pools: dict[str, Pool],
    now: float,
    late: Late,
) -> Inquiry | Told:
    """To whom it goes; or why it is not asked. Its server counts as taken for those that are chosen after it."""
    pool = pools.get(question.pool)
    if pool is None:
        return Told(None, "no pool")
    operation, facts = _put(ask, rooms, story, way, question, pool)
    model = _model(ask, rooms, way, question, pool)
    if operation not in pool.abilities or not model:
        return Told(None, "no such ability")
    why = late(facts, pool)
    if why:
        return Told(None, why)
    servers = way.planner.whom(facts, pool, now, rooms.rng)
    if not servers:
        return Told(None, "no server")
    pools[pool.name] = _taken(pool, servers[0], facts)
    formed, lined = "json_schema" in pool.abilities, pool.name in way.lines
    return Inquiry(question, servers, model, operation, facts, formed, lined, pool.name in way.pools)


def _model(ask: Ask, rooms: Rooms, way: Way, question: Question, pool: Pool) -> str:
    """As the servers call it; "" where nobody said which."""
    asked = ask.view.model
    if pool.model != "*" and not (way.as_asked and isinstance(question.what, Again)):
        return pool.model
    return asked if asked not in rooms.auto else ""


def _put(ask: Ask, rooms: Rooms, story: Story, way: Way, question: Question, pool: Pool) -> tuple[Operation, Facts]:
    """In which dialect it is put, and what is known of it: of the request once more, what is known of the request."""
    if isinstance(question.what, Again):
        facts = msgspec.structs.replace(story.facts, stream=False, max_tokens=question.tokens)
        return ask.view.operation, facts
    operation = next((one for one in PROMPTED if one in pool.abilities), PROMPTED[0])
    view = RequestView(
        operation,
        pool.model,
        question.what.messages,
        max_tokens=question.tokens,
        size=sum([len(one.text) for one in question.what.messages]),
        tenant=ask.view.tenant,
        priority=ask.view.priority,
    )
    facts = facts_of(view, ask.id, rooms.calibration.tokens(view))
    if way.prefix:
        facts = msgspec.structs.replace(facts, prefix=prefix_hashes(view, seed=rooms.prefix_seed))
    return operation, facts


def _taken(pool: Pool, name: str, facts: Facts) -> Pool:
    """As the pool will stand once this one is on its way."""
    servers = tuple([_busier(one, facts) if one.name == name else one for one in pool.servers])
    return msgspec.structs.replace(pool, servers=servers, turn=pool.turn + 1)


def _busier(server: Server, facts: Facts) -> Server:
    pending = server.pending + facts.prompt_tokens
    return msgspec.structs.replace(server, in_flight=server.in_flight + 1, pending=pending)


def _without(pool: Pool, name: str) -> Pool:
    """As it stands for those who could not reach this server."""
    servers = tuple([one for one in pool.servers if one.name != name])
    return msgspec.structs.replace(pool, servers=servers)


def _priced(outcome: Outcome, pools: dict[str, Pool], estimate: int) -> Outcome:
    """With its cost in US$. Where the engine has not said how long the prompt was, it is taken to be as long as the
    request's."""
    return msgspec.structs.replace(outcome, cost=cost_of(outcome, prices_of(pools[outcome.pool]), estimate))


def _told(one: Inquired) -> Told:
    outcome = one.outcome
    why = "" if one.answer is not None else "unreadable" if outcome.ok else outcome.reason or str(outcome.ended)
    return Told(one.answer, why, outcome.duration, outcome.cost)
