"""What signals know and what they cost, beside the pipeline that a user would otherwise write.

    python bench/signals.py [--data DATA] [--baseline-python PYTHON] [--sample N] [--json]
    python bench/signals.py --costs [--json]

Quality: of heads that were trained, the report of their held-out folds, as their cards have it; of what learns nothing,
or only from examples that are declared, `wrp eval signals` on DATA. The plain pipeline is trained and judged in the
same run (plain_minilm.py). Cost, lag and memory are measured here and now; `--sample` asks fewer questions. Writes
bench/results/signals.json. `--costs` measures only what we cost, and writes nothing: minutes. Medians are of calls
while nobody else was on the core (undisturbed.py), as far as there were any; the yardstick is a sum of 5,000 numbers.
"""

from __future__ import annotations

import asyncio
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import signal_costs as costs
from bench import signal_data as data_sets
from bench.child import told
from bench.tables import command
from wrp_router.cli.candidate import KINDS, materials_for
from wrp_router.cli.progress import Bar
from wrp_router.config.structs import EmbedderConfig
from wrp_signals import Materials
from wrp_signals.card import weights

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "signals.json"
Found = dict[str, Any]

BARS: tuple[tuple[str, str, str, float | None, float | None], ...] = (
    ("domain_f1", "domain, 14 categories of MMLU-Pro: macro-F1", ">=", 0.74, 0.80),
    ("intent_accuracy", "intent from 10 declared examples (CLINC150): accuracy", ">=", 0.82, 0.92),
    ("intent_oos", "... out-of-scope recall, 95 % in scope kept", ">=", 0.60, 0.88),
    ("attack_auroc", "jailbreak and injection, unseen sources: AUROC", ">=", 0.85, 0.90),
    ("attack_recall", "... recall at 1 % false positives", ">=", None, 0.35),
    ("attack_alike", "... false positives on benign look-alikes", "<=", None, 0.03),
    ("pii_f2", "PII, structured types: span F2", ">=", 0.92, None),
    ("language", "language of sentences, 75 languages: accuracy", ">=", 0.95, None),
    ("language_words", "... of single words", ">=", None, None),
    ("language_us", "... µs, p50", "<=", 100, None),
    ("difficulty", "difficulty: AUROC for what an 8B model fails", ">=", 0.62, 0.66),
    ("request_us", "request shape + keyword + PII + tokens, 1 KB: µs, p50", "<=", 40, None),
    ("harmless_us", "... without an address and a number in it: µs, p50", "<=", 40, None),
    ("static_domain_us", "... + embedding + domain, 64 tokens: µs, p50", "<=", 120, None),
    ("embed_16_ms", "embedding of 16 tokens: ms, p50", "<=", None, 2),
    ("embed_128_ms", "embedding of 128 tokens: ms, p50", "<=", None, 11),
    ("texts_per_s", "texts of 16 tokens a second, batched", ">=", None, 900),
    ("long_ms", "32k tokens, the slowest signal: ms, p50", "<=", 5, 40),
    ("lag_ms", f"lag of the event loop at {costs.RATE} requests/s: ms, p99", "<=", 5, 10),
    ("memory_mb", "memory added: MB", "<=", 45, 250),
    ("start_s", "start: s", "<=", 0.3, 1.0),
)
"""Key, what, how it must compare, and with what on the static and on the model tier."""

REPORTED = {
    "domain_f1": ("domain", "mmlu_pro.macro_f1"),
    "attack_auroc": ("jailbreak", "with_vector.auroc"),
    "attack_recall": ("jailbreak", "with_vector.recall_at_fpr_1"),
    "attack_alike": ("jailbreak", "with_vector.fpr_at_default_over_defence"),
    "difficulty": ("complexity", "mmlu_pro.auroc"),
}
"""Rows out of cards' reports: the signal, and where its figure stands."""


def reported(signal: str, tier: str, path: str) -> float | None:
    """A figure of the report of a head that ships."""
    try:
        found = json.loads(weights(f"{signal}-{tier}-card.json"))["report"]
    except FileNotFoundError:
        return None
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, int | float) else None


def evaluated(*arguments: str) -> Found | None:
    """What `wrp eval signals` says, its progress passed on; None where it could not."""
    command = [sys.executable, "-m", "wrp_router", "eval", "signals", "--json", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def plain(python: str, asked: Found, bar: Bar) -> Found:
    """The plain pipeline on these tasks, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tasks.json"
        file.write_text(json.dumps(asked), encoding="utf-8")
        command = [python, str(HERE / "plain_minilm.py"), str(file)]
        what = "the plain pipeline"
        found: Found = told(command, lambda stage, share: bar(f"{what}: {stage}", share), what)
    return found


def as_rows(found: Found) -> Found:
    """The plain pipeline's figures, by row."""
    speed = found["speed"]
    rows: Found = {
        "static_domain_us": 1e3 * speed["64_ms"],
        "embed_16_ms": speed["16_ms"],
        "embed_128_ms": speed["128_ms"],
        "texts_per_s": speed["texts_per_s"],
        "memory_mb": found["memory_mb"],
        "start_s": found["load_s"],
    }
    if "domain" in found:
        rows |= {"domain_f1": found["domain"]["macro_f1"], "difficulty": found["difficulty"]["auroc"]}
        rows |= {"intent_accuracy": found["intent"]["accuracy"], "intent_oos": found["intent"]["oos_recall_at_95"]}
        attacks = found["attacks"]
        rows |= {"attack_auroc": attacks["auroc"], "attack_recall": attacks["recall_at_fpr_1"]}
        rows |= {"attack_alike": attacks["fpr_alike"]}
    return rows


def quality(data: Path, asked: Found, tiers: tuple[str, ...]) -> dict[str, Found]:
    """Our own figures, by tier and row."""
    found: dict[str, Found] = {
        tier: {row: reported(signal, tier, path) for row, (signal, path) in REPORTED.items()} for tier in tiers
    }
    with tempfile.TemporaryDirectory() as folder:
        examples, intents = data_sets.declared(asked["intent"], Path(folder))
        for tier in tiers:
            told = evaluated("--signal", "domain", "--tier", tier, "--examples", str(examples), "--data", str(intents))
            if told is not None:
                found[tier] |= {"intent_accuracy": told["accuracy"], "intent_oos": told["oos_recall_at_95"]}
        static = found.setdefault("static", {})
        if "pii" in KINDS and (
            told := evaluated("--signal", "pii", "--data", str(data_sets.personal(data, Path(folder))))
        ):
            static["pii_f2"] = told.get("span_f2")
        if "language" in KINDS:
            for row, unit in (("language", "sentence"), ("language_words", "single-word")):
                told = evaluated("--signal", "language", "--data", str(data_sets.languages(data, Path(folder), unit)))
                if told is not None:
                    static |= {row: told["accuracy"]}
                    static.setdefault("language_us", told["latency_us"]["p50"])
    return found


def measured(materials: Materials, tiers: tuple[str, ...], bar: Bar) -> tuple[dict[str, Found], Found]:
    """Cost, lag, memory and start by tier and row; and the table of readings."""
    bar("readings", 0.0)
    readings = costs.readings(materials)
    found: dict[str, Found] = {tier: {} for tier in tiers}
    found.setdefault("static", {}).update(costs.together(materials))
    for at, tier in enumerate(tiers):
        bar(f"{tier} tier", at / len(tiers))
        embedder = materials.static if tier == "static" else materials.model
        assert embedder is not None
        speed = costs.embedding(embedder)
        slowest = max(row["32k tokens"] for name, row in readings.items() if not name.endswith((", static", ", model")))
        vector = max((row["32k tokens"] for name, row in readings.items() if name.endswith(f", {tier}")), default=0.0)
        found[tier] |= {"embed_16_ms": speed["16_ms"], "embed_128_ms": speed["128_ms"]}
        found[tier] |= {"texts_per_s": speed["texts_per_s"]}
        found[tier] |= {"long_ms": max(slowest / 1e3, vector / 1e3 + speed["32k_ms"])}
        found[tier] |= {"lag_ms": asyncio.run(costs.lag(materials, tier))["p99_ms"]} | costs.start(tier)
    bar.end()
    return found, readings


def compared(table: dict[str, Found]) -> Found:
    """What -> the three figures and the bars of two tiers, with the sign of the comparison."""
    return {
        what: {
            **{who: table.get(who, {}).get(key) for who in ("plain", "static", "model")},
            "bars": [None if bar is None else f"{sign} {bar:g}" for bar in (static, model)],
        }
        for key, what, sign, static, model in BARS
    }


def lines(table: Found) -> list[str]:
    """The table, a row for each; bars behind the figures that they are for, "!" where one is missed."""
    found = [f"{'':58s} {'plain MiniLM':>12s} {'static tier':>20s} {'model tier':>20s}"]
    for what, row in table.items():
        cells = [
            f"{shown(row[tier]):>9s} {bar or '':>8s} {'!' if missed(row[tier], bar) else ' '}"
            for tier, bar in zip(("static", "model"), row["bars"], strict=True)
        ]
        found.append(f"{what:58s} {shown(row['plain']):>12s} {' '.join(cells)}")
    return found


def missed(value: float | None, bar: str | None) -> bool:
    if value is None or bar is None:
        return False
    sign, limit = bar.split()
    return value < float(limit) if sign == ">=" else value > float(limit)


def shown(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("--data", type=Path, help="the development data; without it, costs only")
    parser.add_argument(
        "--baseline-python", default=sys.executable, metavar="PYTHON", help="where the plain pipeline runs"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="so many of MMLU-Pro's questions (default: all)")
    parser.add_argument("--costs", action="store_true", help="costs only, without the plain pipeline; write nothing")
    args = parser.parse_args()
    bar = Bar()
    materials = materials_for(KINDS["domain"](), EmbedderConfig())
    tiers = tuple(tier for tier in ("static", "model") if getattr(materials, tier) is not None)
    before = costs.yardstick()
    table, readings = measured(materials, tiers, bar)
    yard = {"yardstick_us": [round(before, 1), round(costs.yardstick(), 1)], "undisturbed": round(costs.CORE.share, 2)}
    if args.costs:
        show({"about": yard, "table": compared(table), "readings_us": readings}, args.json)
        return
    asked = data_sets.tasks(args.data, args.sample)
    if args.data is not None:
        for tier, row in quality(args.data, asked, tiers).items():
            table.setdefault(tier, {}).update(row)
    baseline = plain(args.baseline_python, asked, bar)
    bar.end()
    table["plain"] = as_rows(baseline)
    told = {"machine": platform.processor() or platform.machine(), "plain": baseline["what"], "sample": args.sample}
    results = {"about": told | yard, "table": compared(table), "readings_us": readings}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    show(results, args.json)


def show(results: Found, as_json: bool) -> None:
    """The tables, and what the figures are to be read by."""
    if as_json:
        print(json.dumps(results))
        return
    about = [f"{name}: {what}" for name, what in results["about"].items()]
    print("\n".join([*report(results["readings_us"]), "", *lines(results["table"]), "", *about]))


def report(readings: Found) -> list[str]:
    """What each signal costs."""
    return [
        f"{name:24s}" + "".join(f"{size:>14s} {value:9.2f} µs" for size, value in row.items())
        for name, row in readings.items()
    ]


if __name__ == "__main__":
    main()
