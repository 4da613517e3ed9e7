"""`wrp check`: all that is wrong with a configuration, at once; with `--costs` also what its signals cost here."""

from __future__ import annotations

import argparse
import os
import sys
from time import perf_counter

import msgspec

from wrp_router.config.load import Loaded, load
from wrp_router.config.render import render, render_json
from wrp_router.config.structs import Config


def run(options: argparse.Namespace) -> int:
    """0 where the file can be served, 1 where not; with `--strict` warnings count too."""
    loaded = load(options.file, os.environ)
    failed = loaded.config is None or (options.strict and bool(loaded.problems))
    text, told = "", dict[str, object]()
    if options.costs and loaded.config is not None:
        from wrp_signals import SignalError

        try:
            text, told = _costs(loaded.config)
        except (SignalError, OSError) as error:
            sys.stderr.write(f"wrp: cannot build the signals: {error}\n")
            failed = True
    _print(loaded, options, text, told)
    return int(failed)


def _print(loaded: Loaded, options: argparse.Namespace, text: str, told: dict[str, object]) -> None:
    if options.json:
        problems = msgspec.json.decode(render_json(loaded.problems))
        sys.stdout.write(msgspec.json.encode(problems | ({"costs": told} if told else {})).decode() + "\n")
    else:
        sys.stdout.write((render(loaded.problems, loaded.sources) or f"{options.file}: no problems\n") + text)


def _costs(config: Config) -> tuple[str, dict[str, object]]:
    """Builds the signals and measures them, for people and for programs: the one part that takes a moment."""
    from wrp_router.build import assemble
    from wrp_router.build.costs import jsonable, table

    parts = assemble(config, timer=perf_counter)
    return table(parts.costs, parts.signals) + "\n", jsonable(parts.costs, parts.signals)
