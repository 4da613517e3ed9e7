"""`wrp explain`: signals, routes, candidates and choice, for a prompt now or for a decision of the log."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from time import time

import msgspec

from wrp_policies import Attempt, Ended, Outcome
from wrp_policies.learning.verdicts import Source
from wrp_policies.routes import Route
from wrp_policies.when import Env, Term
from wrp_policies.when import compile as compile_when
from wrp_policies.when import explain as explain_when
from wrp_policies.when.explain import shown
from wrp_router.config.structs import Config
from wrp_router.errors import BadRequest
from wrp_router.record import Cascaded, Feedback, Row, Shed
from wrp_router.rehearsal import Rehearsal, chat
from wrp_router.telemetry.decisions import find, heard
from wrp_signals import SignalError

from .otherwise import Change, sentence, smallest
from .reading import read
from .telling import failed


class Asked(msgspec.Struct, frozen=True):
    """One route that was asked: whether it held, the values that made it so, and every piece of its condition."""

    name: str
    holds: str
    because: tuple[str, ...]
    terms: tuple[Term, ...]


class Story(msgspec.Struct, frozen=True):
    """All there is to tell of one decision. `otherwise` is the smallest change that would have changed its route,
    `heard` what was said of its answer."""

    decision: Row
    sentence: str
    routes: tuple[Asked, ...]
    otherwise: Change | None
    heard: tuple[Feedback, ...] = ()


def run(options: argparse.Namespace) -> int:
    """0 where there was something to explain, 1 where not."""
    config = read(options.config)
    if config is None:
        return 1
    try:
        row = _row(config, options)
    except BadRequest as error:
        return failed(error if options.request is None else BadRequest(f"{options.request}: {error}"))
    except (SignalError, OSError) as error:
        return failed(error)
    except UnicodeError:
        sys.stderr.write("wrp: the prompt is not UTF-8 text\n")
        return 1
    if row is None:
        where = config.log.decisions or "a log: none is kept (log: {decisions: FILE} keeps one)"
        sys.stderr.write(f"wrp: no decision {options.decision!r} in {where}\n")
        return 1
    said = heard(config.log.decisions, row.facts.id) if options.decision is not None and config.log.decisions else ()
    story = _story(config, row, said)
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(story, enc_hook=shown) + b"\n")
    else:
        sys.stdout.write("\n".join(_lines(story, options.verbose)) + "\n")
    return 0


def _row(config: Config, options: argparse.Namespace) -> Row | None:
    if options.decision is not None:
        return find(config.log.decisions, options.decision) if config.log.decisions else None
    if options.request is not None:
        raw = Path(options.request).read_bytes()
    else:
        raw = chat(options.prompt, options.model, options.system)
    return Rehearsal(config, now=time()).ask(raw)


def _story(config: Config, row: Row, said: tuple[Feedback, ...] = ()) -> Story:
    schema = {name: spec.value_type for name, spec in config.signals.items()}
    env = Env(row.facts, row.facts.readings, row.time, frozenset(row.facts.unknown))
    ordered = sorted(config.routes, key=lambda route: -route.priority)
    routes = [Route(route.name, compile_when(route.when, schema)) for route in ordered]
    if row.route not in {route.name for route in routes} and row.error != "no_route":
        routes = []  # a model was asked for by name, or the answer was found before any route was asked
    asked = []
    for route in routes:
        condition = route.condition
        terms = tuple(explain_when(condition, env))
        asked.append(Asked(route.name, shown(condition.evaluate(env)), condition.because(env), terms))
        if route.name == row.route:
            break
    return Story(row, _sentence(row), tuple(asked), smallest(routes, row.route, env), said)


def _sentence(row: Row) -> str:
    if row.error:
        what = "failed" if row.outcomes else "refused"
        return f"{what} with {row.status} {row.error}" + (f" ({_SHED[row.shed]})" if row.shed else "")
    if row.cache.startswith("hit"):
        return f"answered from the cache ({row.cache}, similarity {row.similarity:.3f})"
    first = next(iter(row.plan.attempts), None) if row.plan is not None else None
    where = f"{first.pool}/{first.server}" if first is not None else "nowhere"
    became = f"; {_CASCADED[row.cascade]}" if row.cascade else ""
    because = f", because {row.why}" if row.why else ""
    return f"route {row.route} sent it to {where}{because}{became}{_elsewhere(row, where)}"


def _elsewhere(row: Row, where: str) -> str:
    """Who answered, where that is not who was asked first."""
    last = row.outcomes[-1] if row.outcomes and row.cascade != "returned" else None
    answered = f"{last.pool}/{last.server}" if last is not None else where
    return f"; {answered} answered" if answered != where else ""


_CASCADED: dict[Cascaded, str] = {
    "accepted": "its answer was good enough",
    "escalated": "its answer was not good enough, and the next pool's was asked for",
    "aborted": "its answer was not good enough, but the next pool's would have come too late",
    "unverified": "nobody could say how good its answer was",
    "returned": "its answer was not good enough, but the next pool failed, and it was given after all",
}


_SHED: dict[Shed, str] = {
    "full": "as many waited already as may",
    "long": "its turn would have come too late",
    "displaced": "its place went to a request of a higher priority, or of a tenant that had fewer",
    "late": "its turn did not come in time",
    "busy": "every server that was tried was full",
    "pressure": "the router had as much to do as it can bear",
}


def _lines(story: Story, verbose: bool) -> list[str]:
    row = story.decision
    priority = [f"priority: {row.facts.priority}"] if row.facts.priority != "default" else []
    lines = [f"decision {row.facts.id}: {story.sentence}", *priority, "", "signals", *_signals(row), "", "routes"]
    for route in story.routes:
        reason = f"  ({', '.join(route.because)})" if route.because else ""
        lines.append(f"  {'->' if route.name == row.route else '  '} {route.name}: {route.holds}{reason}")
        lines += [_term(term) for term in route.terms if verbose]
    if story.routes:
        lines += ["", f"smallest change: {sentence(story.otherwise)}"]
    else:
        lines.append("  none was asked")
    plan = row.plan
    if plan is not None:
        lines += ["", f"plan by {plan.policy}: {plan.why or 'as written'} (propensity {plan.propensity:.3f})"]
        lines += [
            f"  {n}. {attempt.pool}/{attempt.server}{_barred(attempt)}{_helped(attempt)}{_aided(attempt)}"
            for n, attempt in enumerate(plan.attempts, 1)
        ]
        lines += [f"  its shadow would have asked {plan.shadow}"] * bool(plan.shadow)
    lines += [f"  asked {_inquired(one)}" for one in row.inquiries]
    lines += [f"  tried {_inquired(one)}" for one in row.outcomes if one.ended != Ended.DONE]
    lines += [f"  {one.pool}/{one.server} scored {one.quality:.3f}: {one.evidence}" for one in _judged(row)]
    lines += ["", f"cache: {row.cache}" + "".join(f"; {_refused(*veto)}" for veto in Counter(row.vetoes).items())]
    lines += [f"left out what it could do without: the router was pressed by {row.spared}"] * bool(row.spared)
    said = [f"  {one.quality:g} by {_SPEAKERS[one.source]}" + f" ({one.word})" * bool(one.word) for one in story.heard]
    return [*lines, *["", "how good its answer was", *said] * bool(said)]


_SPEAKERS: dict[Source, str] = {"client": "the client", "next_turn": "the next turn", "form": "its form"}


def _refused(veto: str, times: int) -> str:
    """Cached questions that were near enough, and refused for one reason."""
    return f"refused {'a neighbour' if times == 1 else f'{times} neighbours'}: {veto}"


def _barred(attempt: Attempt) -> str:
    """What its answer has to reach."""
    return f" (from a score of {attempt.accept_at:.3f} on)" if attempt.accept_at else ""


def _judged(row: Row) -> list[Outcome]:
    """The attempts whose answers were verified."""
    return [one for one in row.outcomes if one.evidence]


def _inquired(one: Outcome) -> str:
    """A question of ours, or an attempt: to whom, how it ended, and what it took."""
    cost = f", ${one.cost:.6f}" if one.cost else ""
    why = f" ({one.reason})" if one.reason else ""
    took = f"{one.duration:.2f} s, {one.tokens_in} + {one.tokens_out} tokens{cost}"
    return f"{one.pool}/{one.server}: {one.ended}{why}, {took}"


def _helped(attempt: Attempt) -> str:
    """Who may compute the prompt."""
    names = [name or attempt.server for name in attempt.prefills]
    return f" (prompt computed by {', or '.join(names)})" if names else ""


def _aided(attempt: Attempt) -> str:
    """What goes before the prompt, and why."""
    given = attempt.given
    if given is None:
        return ""
    answers = f"{len(given.ids)} past answer{'s' * (len(given.ids) > 1)}, {given.tokens} tokens"
    why = f"better by {given.gain:.2f} is expected of them, the nearest question is {given.nearest:.2f} alike"
    return f" (after {answers}: {', '.join(given.ids)}; {why})"


def _signals(row: Row) -> list[str]:
    readings = sorted(row.facts.readings.items())
    told = [
        f"  {name} = {shown(reading.value)}  (score {reading.score:.3f})"
        + (f": {', '.join(reading.evidence)}" if reading.evidence else "")
        for name, reading in readings
    ]
    return [*told, *(f"  {name} is unknown" for name in row.facts.unknown)] or ["  none was needed"]


def _term(term: Term) -> str:
    return f"         {term.source} = {shown(term.value)}" + (f" ({term.reason})" if term.reason else "")
