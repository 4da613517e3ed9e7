"""How a row of bench/overhead.py is played: all contenders before one engine, measured in turn, round after round."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contenders import Casting, Contender, Stage, version
from bench.loads import Kind, example, wrk
from bench.overhead_report import Judged, Rounds, bars, contenders, machine, rounded
from bench.pinned import cpu_seconds, engine, got, rss_mb, running, until_answered
from bench.tables import Tables
from wrp_router.cli.progress import Bar

Found = tuple[Mapping[str, Any], Tables]


@dataclass(frozen=True)
class Player:
    """A contender that runs."""

    contender: Contender
    pid: int
    stage: Stage

    @property
    def ours(self) -> bool:
        return self.contender.name.startswith("wrp")


Load = Callable[[Player], Mapping[str, float]]


@contextmanager
def staged(asked: argparse.Namespace) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder)) as playing:
        yield Stage(Path(folder), playing, asked.python)


@contextmanager
def players(stage: Stage, cast: Sequence[Casting], only: Sequence[str] | None, kind: Kind) -> Iterator[list[Player]]:
    """All that were asked for and can be had, once each has answered. Who waits for his turn costs next to nothing."""
    with ExitStack() as stack:
        found = []
        for casting in cast:
            contender = casting(stage)
            if contender is None or (only and contender.name not in only):
                continue
            pid = stage.engine.pid
            if contender.command:
                log = stage.folder / f"{contender.name}.log"
                process = stack.enter_context(running(contender.command, log, contender.cores, contender.env))
                until_answered(process, contender.port, example(kind), log)
                pid = process.pid
            found.append(Player(contender, pid, stage))
        yield found


def rounds(name: str, playing: Sequence[Player], load: Load, asked: argparse.Namespace, bar: Bar) -> Rounds:
    """Every contender in every round, in turn there and back."""
    found: dict[str, list[Mapping[str, float]]] = {one.contender.name: [] for one in playing}
    done, total = 0, asked.rounds * len(playing)
    for number in range(asked.rounds):
        for player in playing if number % 2 == 0 else reversed(playing):
            bar(f"{name}: {player.contender.name}, round {number + 1} of {asked.rounds}", done / total)
            found[player.contender.name].append(load(player))
            done += 1
    return found


def throughput(kind: Kind, seconds: float, connections: int = 64, warm_up: float = 1) -> Load:
    """As many requests as it answers: of each, its CPU time, and whether it came as far as the engine."""

    def measured(player: Player) -> Mapping[str, float]:
        contender, stage = player.contender, player.stage
        wrk(contender.port, kind, stage.folder, warm_up, 16)
        before = told(player)
        used, answers = cpu_seconds(player.pid), stage.engine.count()[0]
        found = wrk(contender.port, kind, stage.folder, seconds, connections)
        if not found["requests"]:
            raise RuntimeError(f"{contender.name} answered nothing in {seconds:g} s: give it more --seconds")
        used, answers = cpu_seconds(player.pid) - used, stage.engine.count()[0] - answers
        figures = dict(found) | {"reached": answers / max(found["requests"], 1)}
        if contender.command:
            figures["rss_mb"] = rss_mb(player.pid)
            worked_on = max(found["requests"], answers)  # also those whose answers came after the end
            figures["cpu_us"] = 1e6 * used / worked_on
            figures["busy"] = used / seconds / len(contender.cores)
        return figures | kept_up(before, told(player), found["requests"])

    return measured


COUNTED = {
    "wrp_embedded_texts_total": "looked_up",
    "wrp_signal_unknown_total": "unknown",
    "wrp_decision_log_dropped_total": "dropped",
}


def told(player: Player) -> Mapping[str, float] | None:
    """What ours says of itself: texts that its model embedded, signals not read, rows not logged."""
    if not player.ours:
        return None
    found = dict.fromkeys(COUNTED.values(), 0.0)
    for metric, labels, value in re.findall(
        r"^(\w+)(\{.*\})? ([\d.e+]+)$", got(player.contender.port, "/metrics").decode(), re.M
    ):
        if metric in COUNTED and 'tier="static"' not in labels:
            found[COUNTED[metric]] += float(value)
    return found


def kept_up(
    before: Mapping[str, float] | None, after: Mapping[str, float] | None, requests: float
) -> Mapping[str, float]:
    """As shares of the requests. Says aloud where ours was only fast because it left something out."""
    if before is None or after is None:
        return {}
    shares = {name: (after[name] - before[name]) / max(requests, 1) for name in after}
    for name, what in (("unknown", "signals were not read"), ("dropped", "rows of the log were dropped")):
        if shares[name] > 0.001:
            print(f"ATTENTION: {what}: {shares[name]:.2%} of the requests", file=sys.stderr)
    return shares if shares["looked_up"] else {name: shares[name] for name in ("unknown", "dropped")}


def told_errors(row: str, found: Rounds) -> None:
    """On standard error, each contender that had any."""
    for name, each in found.items():
        errors, requests = (sum(one.get(key, 0) for one in each) for key in ("errors", "requests"))
        if errors:
            print(f"ATTENTION: {row}: {name} had {errors:,.0f} errors in {requests:,.0f} requests", file=sys.stderr)


def reported(row: str, found: Rounds, judged: Sequence[Judged], asked: argparse.Namespace, **more: Any) -> Found:
    """What is kept of a row, and its tables."""
    told_errors(row, found)
    figures = {
        "machine": machine(asked.python),
        "versions": {name: version(name) for name in found if version(name)},
        "revision": revision(),
        "seconds": asked.seconds,
        "bars": [one.told() for one in judged],
        "rounds": rounded(found),
        **more,
    }
    return figures, {f"overhead-contenders-{row}": contenders(found), f"overhead-judged-{row}": bars(judged)}


def revision() -> str:
    """What was measured, as far as git knows."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    return found.stdout.strip()
