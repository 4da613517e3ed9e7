"""Walk a plan: send, fail over before the commit point only, relay, learn, admit to the cache."""

from __future__ import annotations

import msgspec

from wrp_policies import NoCapablePool
from wrp_policies.types import REJECTED, Attempt, Ended, Fault, Outcome, Plan, Pools
from wrp_router.errors import BadRequest, Overloaded, RouterError, UpstreamFailed, UpstreamTimedOut
from wrp_signals.facts import Vector
from wrp_signals.learning import Used

from . import hearing, prefilling
from .admitting import admit, may_keep, welcome
from .amending import begin
from .asks import Ask, Label
from .cascading import hold_for, returned, verified
from .commands import NOW, Answer, Arrived, Delivered, Failed, Flow, Pause, Relay, Send, Stand, Stood
from .consulting import explained, hide, show
from .exampling import find_shelf, remember, sending
from .faults import BUSY, UNCOUNTED
from .pricing import prices_of
from .rooms import Rooms, Way
from .shedding import patience, turned_away
from .sparing import spared
from .staying import kept_plan, note_where, recall
from .story import Story

FIRST_PAUSE = 0.025
"""Seconds before a retry, fully jittered (Envoy's default base interval)."""

SLOT_LOOKS = 12
"""How often a retry asks for a slot of the budget before it gives up: about a quarter of a second."""


def walk(
    ask: Ask, rooms: Rooms, story: Story, way: Way, pools: Pools, started: float, vector: Vector | None
) -> Flow[None]:
    """Attempts in order until one reaches the commit point, and passes its bar if it has one; `started` is the time.
    What the client gets otherwise is an answer that was not good enough, the last engine's own error, or ours where no
    engine answered."""
    rooms.retries.note_request(started)
    story.started = started
    begin(rooms, story, way)
    recall(rooms, story, way)
    find_shelf(ask, way, story)
    show(rooms, story, way)
    plan = story.plan = kept_plan(rooms, story, way, pools) or _planned(rooms, story, way, pools)
    attempt: Attempt | None = None
    last: Failed | None = None
    try:
        attempt, last = yield from _tried(ask, rooms, story, way, pools, plan)
        if attempt is None and last is not None and last.outcome.fault is Fault.REQUEST and hide(story):
            attempt, last = yield from _tried(ask, rooms, story, way, pools, plan)
    except Overloaded:
        if story.aside is None:
            raise
    if attempt is not None:
        story.aside = None
        yield from _deliver(ask, rooms, story, way, attempt, vector)
    elif story.aside is not None:
        yield from _give_back(ask, rooms, story, way, story.aside)
    else:
        yield from _judge_retries(rooms, story, last)
        yield from _give_up(story, last)


def _tried(
    ask: Ask, rooms: Rooms, story: Story, way: Way, pools: Pools, plan: Plan
) -> Flow[tuple[Attempt | None, Failed | None]]:
    """The attempt whose answer the client is to get; or None, and how the last one failed."""
    last: Failed | None = None
    failures = 0
    for planned in plan.attempts:
        if last is not None and (_final(last.outcome) or failures > rooms.limits.extra_attempts):
            break
        if _passed_over(story, planned):
            continue
        counted = last is not None and last.outcome.reason not in UNCOUNTED
        if counted and not (yield from _slot(rooms, pools, sheddable=ask.view.priority == "sheddable")):
            story.final = True
            break
        try:
            if counted:
                yield Pause(rooms.rng.random() * FIRST_PAUSE)
            if last is not None and ask.until <= (yield NOW):
                break
            attempt = yield from _turn(ask, rooms, story, way, plan, planned)
            last = yield from _attempt(ask, rooms, story, way, pools, attempt)
        finally:
            if counted:  # from the commit point on it is a request like any other, which may run for minutes
                rooms.retries.give_back()
        if last is None:
            return attempt, None
        failures += last.outcome.reason != REJECTED
    return None, last


def _passed_over(story: Story, planned: Attempt) -> bool:
    """A plan names a server twice where it needs others that may fail; and a pool whose answer was not good enough is
    not asked again."""
    if story.avoided and (planned.pool, planned.server) in story.avoided:
        return True
    return planned.pool in story.rejected


def _planned(rooms: Rooms, story: Story, way: Way, pools: Pools) -> Plan:
    plan, spare, material = way.planner.plan, rooms.limits.extra_attempts, story.material
    facts, now, rng = story.sent(), story.started, rooms.rng
    try:
        if material is not None:
            return explained(plan(facts, pools, now, rng, spare=spare, first=material.pool), material)
        if not facts.shelf:
            return plan(facts, pools, now, rng, spare=spare)
        return plan(facts, pools, now, rng, spare=spare, sent=sending(rooms, story, way))
    except NoCapablePool as error:
        why = f"{error.reasons} (as `abilities` and `context` say)"
        message = f"No model behind this route can take the request: {why}."
        raise BadRequest(message, code="no_capable_model") from None


def _turn(ask: Ask, rooms: Rooms, story: Story, way: Way, plan: Plan, planned: Attempt) -> Flow[Attempt]:
    """Where this attempt goes when it is its turn: where there are lines, maybe to another of the plan's servers.
    Raises Overloaded where it never is."""
    if planned.pool not in way.lines:
        return planned
    others = [one.server for one in plan.attempts if one.pool == planned.pool and one.server != planned.server]
    until = min(ask.until, story.started + patience(ask, rooms, way))
    stood: Stood = yield Stand(planned.pool, (planned.server, *others), story.sent(planned.given), until)
    if not stood.server:
        raise turned_away(story, stood.shed or "late")
    return Attempt(planned.pool, stood.server, planned.accept_at, given=planned.given)


def _slot(rooms: Rooms, pools: Pools, sheddable: bool) -> Flow[bool]:
    """A slot of the retry budget. Where a server dies under many requests at once, all want one at once: they wait a
    little for those before them, so that a burst is spread and not lost. A storm still ends at the budget, and what is
    `sheddable` waits for nobody."""
    active = sum([server.in_flight for pool in pools for server in pool.servers])
    for _ in range(SLOT_LOOKS):
        if rooms.retries.try_take(active, (yield NOW), sheddable):
            return True
        if sheddable:
            break
        yield Pause(rooms.rng.uniform(0.5, 1.0) * FIRST_PAUSE)
    return False


def _attempt(ask: Ask, rooms: Rooms, story: Story, way: Way, pools: Pools, attempt: Attempt) -> Flow[Failed | None]:
    """One attempt, to the commit point, and past its bar; or how it failed before that."""
    pool = next(iter([pool for pool in pools if pool.name == attempt.pool]))
    story.model = ask.view.model if way.as_asked or pool.model == "*" else pool.model
    story.prices, story.planner = prices_of(pool), way.planner
    facts = story.sent(attempt.given)
    way.planner.placed(facts, attempt, story.started)
    story.prefill = ""
    hold = hold_for(way) if attempt.accept_at else None
    sent: Arrived | Failed
    if attempt.prefills:
        sent = yield from prefilling.send(ask, story, way, attempt, hold)
    else:
        sent = yield Send(attempt, story.model, ask.until, facts, None, hold, story.beside(attempt.given))
    if isinstance(sent, Failed):
        story.learn(sent.outcome)
        return sent
    return (yield from verified(ask, rooms, story, way, attempt, sent)) if hold is not None else None


def _give_back(ask: Ask, rooms: Rooms, story: Story, way: Way, label: Label) -> Flow[None]:
    """The answer that was set aside. It is the one that the client has: it may be judged, and the conversation goes on
    from it."""
    hearing.begin(rooms, story, way, label.pool)
    yield from returned(story, label)
    if story.served is not None:
        note_where(rooms, ask.view, way, story.served, ask.arrived + story.delivered.last)


def _deliver(ask: Ask, rooms: Rooms, story: Story, way: Way, attempt: Attempt, vector: Vector | None) -> Flow[None]:
    """From the commit point to the last byte the client gets."""
    keep, probe = may_keep(ask, rooms, way) and story.cascade != "aborted", story.probe
    if keep and ask.view.stream and spared(rooms, story):
        keep = False  # a stream is recorded for the cache alone; who waits for a whole answer shares it
    hearing.begin(rooms, story, way, attempt.pool)
    aside = story.ended
    story.formed = hearing.by_form(rooms, story) and not spared(rooms, story)
    record = keep or probe is not None or story.formed
    done: Delivered = yield Relay(story.label(attempt, story.model), record, aside is not None)
    if aside is not None:
        done, story.ended = msgspec.structs.replace(done, outcome=aside), None
    story.delivered = done
    if done.outcome is not None:
        outcome = story.learn(done.outcome)
        if outcome.ok:
            note_where(rooms, ask.view, way, outcome, ask.arrived + done.last)
            _teach(ask, rooms, story, attempt, outcome)
        keep = keep and (yield from welcome(ask, rooms, story, done, outcome))
        if keep and admit(ask, rooms, story, way, done, outcome, vector):
            remember(ask, rooms, story, way, done, outcome)


def _teach(ask: Ask, rooms: Rooms, story: Story, attempt: Attempt, outcome: Outcome) -> None:
    """Tell who learns from answers what this one took. Tokens that the engine did not count teach nothing."""
    counted = (outcome.tokens_in, outcome.tokens_out, outcome.tokens_cached) if not outcome.estimated else (0, 0, 0)
    used = Used(*counted, outcome.model)
    amended = story.amended.get(attempt.given)
    view, facts = (ask.view, story.facts) if amended is None else (amended.view, amended.facts)
    rooms.calibration.learn(view, facts, used)
    if amended is not None and amended.extra.addition:
        return  # what was answered is not what was asked: it teaches how long prompts are, alone
    for learner in rooms.learners:
        learner.learn(view, facts, used)


def _final(outcome: Outcome) -> bool:
    """The request itself or its credentials were refused: another server would say the same."""
    return outcome.fault is Fault.REQUEST or (outcome.fault is Fault.CREDENTIAL and outcome.status != 429)


def _judge_retries(rooms: Rooms, story: Story, last: Failed | None) -> Flow[None]:
    """Whether the caller had better not try again: we did, or may not, or it would be one of a storm."""
    retried = len(story.outcomes) > 1
    if last is None or (last.outcome.fault is Fault.HOST and last.outcome.reason != BUSY):
        now: float = yield NOW
        if last is not None:
            rooms.retries.note_failure(now)
        retried = retried or not rooms.retries.may_retry(now)
    story.final = story.final or retried


def _give_up(story: Story, last: Failed | None) -> Flow[None]:
    if last is not None and last.body is not None:
        story.status, story.error = last.outcome.status, "upstream_error"
        command = Answer(story.label(), refused=last, error=_with(last, story.final))
        story.delivered = yield command
        return
    raise _error_of(story, last, story.final)


def _with(last: Failed, retried: bool) -> RouterError:
    """Carries what the headers of a passed-on error must say."""
    error = RouterError("refused by the engine", retry_after=last.retry_after, final=retried)
    error.status = last.outcome.status
    return error


def _error_of(story: Story, last: Failed | None, retried: bool) -> RouterError:
    if last is None:
        return Overloaded("No server that may answer this is up.", code="no_server", retry_after=1.0, final=retried)
    if last.outcome.reason == BUSY:
        return turned_away(story, "busy")
    if last.outcome.ended is Ended.TIMED_OUT:
        return UpstreamTimedOut(f"The engine did not answer in time ({last.outcome.reason}).", final=retried)
    return UpstreamFailed(f"The engine failed before it answered ({last.outcome.reason}).", final=retried)
