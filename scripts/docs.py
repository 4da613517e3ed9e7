"""Writes what the documentation has from the code between its markers: `<!-- breaker -->` … `<!-- /breaker -->`.

`python scripts/docs.py` rewrites the files, `--check` only says which are out of date. Text between markers is nobody's
to edit; everything else is.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.faults_page import faults, held
from scripts.markdown import cell, table
from wrp_router.cli import parser
from wrp_router.config.problems import CODES
from wrp_router.config.reference import reference as configuration
from wrp_router.fleet.health import table_as_markdown as breaker
from wrp_router.telemetry.names import reference as metrics

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
MARKED = re.compile(r"<!-- ([a-z-]+) -->\n.*?<!-- /\1 -->\n", re.DOTALL)


def documents() -> list[Path]:
    """All that may have markers."""
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "bench" / "README.md"]


def problems() -> str:
    """Every code of a configuration's problems."""
    rows = [f"| `{code}` | {cell(meaning)} | {cell(hint)} |" for code, (meaning, hint) in CODES.items()]
    return table(("code", "what is wrong", "what usually helps"), rows)


def commands() -> str:
    """Every command with what it may be told."""
    return "\n".join(section(name, command) for name, command in leaves("wrp", parser()))


def leaves(name: str, command: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands that have none below them."""
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below, parser_below in action.choices.items():
                yield from leaves(f"{name} {below}", parser_below)
            return
    yield name, command


def section(name: str, command: argparse.ArgumentParser) -> str:
    """One command: what it does, and a row for every option."""
    rows = [
        f"| {spelt(action)} | {cell(action.help or '')} |"
        for action in command._actions
        if not isinstance(action, argparse._HelpAction)
    ]
    words = (command.description or "").strip()
    said = f"{words[:1].upper()}{words[1:]}.\n\n" if words else ""
    return f"## `{name}`\n\n{said}{table(('option', 'meaning'), rows) if rows else ''}"


def spelt(action: argparse.Action) -> str:
    """As it is typed."""
    value = action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper())
    if not action.option_strings:
        return f"`{value}`"
    suffix = "" if action.nargs == 0 else f" {value}"
    return ", ".join(f"`{option}{suffix}`" for option in action.option_strings).replace("|", "\\|")


def sizes() -> str:
    """What an installation takes, as last measured by bench/install.py."""
    rows = [
        f"| {extra(name)} | {row['mib']:.0f} MiB | {row['packages']} | {row['start_to_first_answer_s']:.1f} s |"
        for name, row in results("install").items()
    ]
    head = ("extra", "adds to site-packages", "packages", "`wrp serve` to first answer")
    return table(head, rows) if rows else absent("install")


def installation() -> str:
    """The same, with what pip took."""
    rows = [
        f"| {extra(name)} | {row['install_s']:.0f} s | {row['install_to_first_answer_s']:.0f} s |"
        for name, row in results("install").items()
    ]
    return table(("extra", "pip took", "from `pip install` to the first answer"), rows) if rows else absent("install")


def extra(name: str) -> str:
    return f"`{name[len('wrp-router[') : -1]}`" if "[" in name else "none"


def overhead() -> str:
    """The bars of the gateway and what was measured, row by row, as last by bench/overhead.py."""
    path = RESULTS / "overhead.json"
    measured = json.loads(path.read_text())["figures"] if path.exists() else {}
    rows = [
        f"| `{name}` | {bar['what']} | {bar['found']} ({bar['bar']}) | {bar['beside']} |"
        for name, row in measured.items()
        for bar in row.get("bars", ())
    ]
    return table(("row", "", "median [least, most], and the bar", "besides"), rows) if rows else absent("overhead")


def signals() -> str:
    """What signals know and cost beside the plain pipeline, as last measured by bench/signals.py."""
    rows = [
        f"| {what} | {figure(row['plain'])} | {barred(row['static'], row['bars'][0])} | "
        f"{barred(row['model'], row['bars'][1])} |"
        for what, row in results("signals").items()
    ]
    head = ("", "plain MiniLM pipeline", "static tier", "model tier")
    return table(head, rows) if rows else absent("signals")


def cache_index() -> str:
    """The cache's index at several sizes."""
    found = results("cache")
    if not found:
        return absent("cache")
    head = ("", *(f"{size:,} entries" for size in found["sizes"]))
    return table(head, [f"| {' | '.join(row)} |" for row in found["rows"]])


def several(bench: str, name: str) -> str:
    """One table of a benchmark, or all of those whose names begin so, under what their names add to that."""
    parts = []
    for title, (head, rows) in results(bench).items():
        if title == name or title.startswith(f"{name}-"):
            heading = f"**{title.removeprefix(f'{name}-')}**\n\n" if title != name else ""
            parts.append(heading + table(tuple(head), [f"| {' | '.join(row)} |" for row in rows]))
    return "\n".join(parts) or absent(bench)


def bandits(name: str) -> str:
    """One table of bench/bandits.py."""
    found = results("bandits").get(name)
    if found is None:
        return absent("bandits")
    head, rows = found
    return table(tuple(head), [f"| {' | '.join(row)} |" for row in rows])


def live() -> str:
    """The live router beside the simulation of it, as last measured by bench/pools_live.py."""
    path = RESULTS / "pools_live.json"
    if not path.exists():
        return absent("pools_live")
    found = json.loads(path.read_text())
    rows = []
    for name, unit in (("hit_ratio", ""), ("ttft_p50_s", " s")):
        cells = [f"{found[side][name]:.4f}{unit}" for side in ("live", "simulated")]
        rows.append(f"| {name} | {' | '.join(cells)} | {100 * found[f'{name}_off']:+.1f} % |")
    rows += [
        f"| the same server | | {100 * found['same_server']:.1f} % of {found['requests']:,} | |",
    ]
    return table(("", "live", "simulated", "off"), rows)


def engine() -> str:
    """The modelled engine beside measured vLLM timelines, as last fitted by bench/sim_engine.py."""
    path = RESULTS / "sim_engine.json"
    if not path.exists():
        return absent("sim_engine")
    rows = []
    for split, machines in json.loads(path.read_text())["calibration"].items():
        for machine, found in machines.items():
            for half in ("fitted half", "scored half"):
                cells = [f"{100 * found[half][name][2]:+.1f} %" for name in ENGINE_FIGURES]
                rows.append(f"| {split} | {machine} | {half} | {' | '.join(cells)} |")
    return table(("split", "machine", "", *ENGINE_FIGURES), rows)


ENGINE_FIGURES = ("TTFT p50", "TTFT p99", "TPOT p50", "TPOT p99")


def barred(value: float | None, bar: str | None) -> str:
    return figure(value) + (f" ({bar.replace('>=', '≥').replace('<=', '≤')})" if bar and value is not None else "")


def figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def results(name: str) -> Mapping[str, Any]:
    """The table of a benchmark's last run; empty if there was none."""
    path = RESULTS / f"{name}.json"
    found: Mapping[str, Any] = json.loads(path.read_text()).get("table", {}) if path.exists() else {}
    return found


def absent(name: str) -> str:
    return f"Not measured yet: `python bench/{name}.py`.\n"


PARTS: Mapping[str, Callable[[], str]] = {
    "at-rest": partial(several, "at_rest", "at-rest"),
    "bandits": partial(bandits, "bandits"),
    "bandits-budget": partial(bandits, "bandits-budget"),
    "bandits-context": partial(bandits, "bandits-context"),
    "bandits-cost": partial(bandits, "bandits-cost"),
    "bandits-swap": partial(bandits, "bandits-swap"),
    "breaker": breaker,
    "cache-budget": partial(several, "cache_workloads", "budget"),
    "cache-budget-costs": partial(several, "cache_workloads", "budget_costs"),
    "cache-drift": partial(several, "cache_workloads", "budget_drift"),
    "cache-index": cache_index,
    "cache-mixed": partial(several, "cache_workloads", "mixed"),
    "cache-overload": partial(several, "cache_workloads", "overload"),
    "cache-prices": partial(several, "cache_workloads", "mixed_prices"),
    "cascade-curve": partial(several, "cascade", "cascade-curve"),
    "cascade-guarantee": partial(several, "cascade", "cascade-guarantee"),
    "commands": commands,
    "configuration": configuration,
    "faults": faults,
    "faults-held": held,
    "in-context": partial(several, "in_context", "in-context"),
    "installation": installation,
    "metrics": metrics,
    "offpolicy-canary": partial(several, "offpolicy", "offpolicy-canary"),
    "offpolicy-estimators": partial(several, "offpolicy", "offpolicy-estimators"),
    "offpolicy-intervals": partial(several, "offpolicy", "offpolicy-intervals"),
    "offpolicy-missing": partial(several, "offpolicy", "offpolicy-missing"),
    "offpolicy-scenes": partial(several, "offpolicy", "offpolicy-scenes"),
    "overhead": overhead,
    "overhead-contenders": partial(several, "overhead", "overhead-contenders"),
    "pools-cost": partial(several, "pools", "pools-cost"),
    "pools-elastic": partial(several, "pools", "pools-elastic"),
    "pools-disaggregated": partial(several, "pools", "pools-disaggregated"),
    "pools-hot": partial(several, "pools", "pools-hot"),
    "pools-lengths": partial(several, "pools", "pools-lengths"),
    "pools-limits": partial(several, "pools", "pools-limits"),
    "pools-lora": partial(several, "pools", "pools-lora"),
    "pools-never": partial(several, "pools", "pools-never"),
    "pools-one": partial(several, "pools", "pools-one"),
    "pools-live": live,
    "pools-queue": partial(several, "pools", "pools-queue"),
    "pools-several": partial(several, "pools", "pools-several"),
    "pools-slow": partial(several, "pools", "pools-slow"),
    "pools-speed": partial(several, "pools", "pools-speed"),
    "problems": problems,
    "restart": partial(several, "restart", "restart"),
    "restart-scaling": partial(several, "restart", "scaling"),
    "restart-two": partial(several, "restart", "two"),
    "routing": partial(several, "routing", "routing"),
    "routing-cost": partial(several, "routing_cost", "routing-cost"),
    "sim-engine": engine,
    "signals": signals,
    "sizes": sizes,
    "overload-rows": partial(several, "overload", "overload"),
    "soak": partial(several, "soak", "soak"),
    "streams": partial(several, "streams", "streams"),
    "instructions": partial(several, "instructions", "instructions"),
    "hostile": partial(several, "hostile", "hostile"),
    "unlike": partial(several, "unlike", "unlike"),
}


def filled(text: str) -> str:
    """The text with its marked parts made anew. Raises KeyError for a marker that no part is called by."""

    def part(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- {name} -->\n{PARTS[name]().rstrip()}\n<!-- /{name} -->\n"

    return MARKED.sub(part, text)


def main() -> int:
    """1 if `--check` found files out of date."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    check = options.parse_args().check
    stale = [path for path in documents() if filled(path.read_text(encoding="utf-8")) != path.read_text("utf-8")]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is out of date: make docs' if check else 'written'}")
        if not check:
            path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
