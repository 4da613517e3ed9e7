"""`wrp explain`: signals, routes, candidates and choice, for a prompt now or for a decision of the log."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import time

import msgspec

from wrp_policies.when import Env, Term
from wrp_policies.when import compile as compile_when
from wrp_policies.when import explain as explain_when
from wrp_router.config.structs import Config
from wrp_router.errors import BadRequest
from wrp_router.record import Row
from wrp_router.rehearsal import Rehearsal, chat
from wrp_router.telemetry.decisions import find
from wrp_signals import SignalError

from .reading import read


def run(options: argparse.Namespace) -> int:
    """0 where there was something to explain."""
    config = read(options.config)
    if config is None:
        return 1
    try:
        row = _row(config, options)
    except (SignalError, BadRequest, OSError) as error:
        sys.stderr.write(f"wrp: {error}\n")
        return 1
    if row is None:
        sys.stderr.write(f"wrp: no decision {options.decision!r} in {config.log.decisions or 'a log: none is kept'}\n")
        return 1
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(_told(config, row)) + b"\n")
    else:
        sys.stdout.write("\n".join(_lines(config, row)) + "\n")
    return 0


def _row(config: Config, options: argparse.Namespace) -> Row | None:
    if options.decision:
        return find(config.log.decisions, options.decision) if config.log.decisions else None
    raw = Path(options.request).read_bytes() if options.request else None
    return Rehearsal(config, now=time()).ask(raw or chat(options.prompt, options.model, options.system))


def _terms(config: Config, row: Row) -> list[tuple[str, str, list[Term]]]:
    """Every route asked up to the one taken, whether it held, and what its terms were."""
    schema = {name: spec.value_type for name, spec in config.signals.items()}
    env = Env(row.facts, row.facts.readings, row.time, frozenset(row.facts.unknown))
    told = []
    for route in sorted(config.routes, key=lambda route: -route.priority):
        condition = compile_when(route.when, schema)
        truth = condition.evaluate(env)
        told.append((route.name, str(truth).lower(), explain_when(condition, env)))
        if route.name == row.route:
            break
    return told


def _lines(config: Config, row: Row) -> list[str]:
    lines = [f"decision {row.facts.id}: {_sentence(row)}", "", "signals"]
    for name, reading in sorted(row.facts.readings.items()):
        seen = f"  saw {', '.join(reading.evidence)}" if reading.evidence else ""
        lines.append(f"  {name} = {reading.value!r}  (score {reading.score:.3f}){seen}")
    lines += [f"  {name} is unknown" for name in row.facts.unknown]
    if not row.facts.readings and not row.facts.unknown:
        lines.append("  none was needed")
    lines += ["", "routes"]
    for name, truth, terms in _terms(config, row):
        lines.append(f"  {'->' if name == row.route else '  '} {name}: {truth}")
        lines += [
            f"         {term.source} = {term.value}{f' ({term.reason})' if term.reason else ''}" for term in terms
        ]
    if row.plan is not None:
        lines += [
            "",
            f"plan by {row.plan.policy}: {row.plan.why or 'as written'} (propensity {row.plan.propensity:.3f})",
        ]
        lines += [f"  {n}. {attempt.pool}/{attempt.server}" for n, attempt in enumerate(row.plan.attempts, 1)]
    lines += ["", f"cache: {row.cache}" + "".join(f"; refused a neighbour: {veto}" for veto in row.vetoes)]
    return lines


def _term(term: Term) -> str:
    return f"         {term.source} = {term.value}" + (f" ({term.reason})" if term.reason else "")


def _sentence(row: Row) -> str:
    if row.error:
        return f"refused with {row.status} {row.error}"
    if row.cache.startswith("hit"):
        return f"answered from the cache ({row.cache}, similarity {row.similarity:.3f})"
    where = (
        f"{row.plan.attempts[0].pool}/{row.plan.attempts[0].server}" if row.plan and row.plan.attempts else "nowhere"
    )
    return f"route {row.route} sent it to {where}" + (f", because {row.why}" if row.why else "")


def _told(config: Config, row: Row) -> dict[str, object]:
    routes = [{"name": name, "holds": truth, "terms": terms} for name, truth, terms in _terms(config, row)]
    return {"decision": row, "sentence": _sentence(row), "routes": msgspec.to_builtins(routes, enc_hook=str)}
