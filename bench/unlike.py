"""Prompts that look like none that was learned from: how often `quality` takes one for that, and what it gains by it.

    python bench/unlike.py [held-out] [gsm8k] [pairs] --data DATA [--seeds N] [--json]

`held-out`: prompts of the very sets that were learned from, which should be taken for unlike hardly ever. `gsm8k`:
learned from RouteLLM's MMLU (multiple choice), asked GSM8K's questions. No copy of the data has both models' outcomes
on these, so outcomes are drawn: two models fail the oftener the more steps GSM8K's own solution has, and the longer
the question is (by `length`). `pairs`: learned from what nine models of LLMRouter answered of questions of knowledge,
asked its GSM8K: nothing is drawn there, and none of the pairs is RouteLLM's. The static tier and looks alone are
learned from: the model tier takes minutes to embed them.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import routing_data
import tables

from wrp_policies.learning.trend import trend_of
from wrp_policies.training.baselines import log_lengths
from wrp_policies.training.contenders import Inputs
from wrp_policies.training.curves import share_figures
from wrp_policies.training.outcomes import Floats, Index, OutcomeTable, table_of, understood
from wrp_policies.training.quality import Growing, Grown, with_surface
from wrp_policies.training.resampling import Resamples
from wrp_policies.training.trial import held_out
from wrp_router.cli.progress import Bar
from wrp_signals.static import static_embedder

RESULTS = Path(__file__).parent / "results" / "unlike.json"
SETS = ("routellm-mmlu", "mmlu-pro", "llmrouter9", "routerbench")
FOLDS, FEW, ASKED, LABELLED = 5, 200, 1319, 200
LENGTHS = (0.0, 0.5, 0.9)
"""How much length counts beside steps, both in standard deviations."""

WEAK, STRONG = (0.75, 0.75), (2.3, 0.35)
"""Log-odds of a right answer, and what a standard deviation of difficulty takes off them: some 65 % and 90 % are right,
as RouteLLM's two models are on GSM8K."""

KNOWLEDGE = ("mmlu", "arc_challenge", "openbook_qa", "commonsense_qa", "gpqa")
APART, RIGHT = 0.15, 0.6
"""A strong model answers at least so much more of GSM8K than a weak one, and so much of it."""


def table_from(data: Path, name: str) -> OutcomeTable:
    return table_of([understood(line) for line in routing_data.SETS[name](data)])


def kept_out(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    """The share of held-out prompts that is taken for unlike: five folds by question; and with few to learn from."""
    figures, rows = {}, []
    for at, name in enumerate(SETS):
        bar("held out", at / len(SETS))
        table = table_from(asked.data, name)
        looks = with_surface(Inputs(table.prompts))["surface"]
        all_of_them, few = [], []
        for seed in range(asked.seeds):
            for fold in held_out(table, Inputs(table.prompts), FOLDS, seed):
                seen = np.setdiff1d(np.arange(len(table)), fold.rows)
                some = np.random.default_rng(seed).permutation(seen)[:FEW]
                for rows_, shares in ((seen, all_of_them), (some, few)):
                    trend = trend_of(looks[rows_], table.scores[rows_])
                    shares.append(float(trend.unlike(looks[fold.rows]).mean()))
        figures[name] = {"prompts": len(table), "all": statistics.mean(all_of_them), "few": statistics.mean(few)}
        rows.append((name, f"{len(table):,}", f"{figures[name]['all']:.2%}", f"{figures[name]['few']:.1%}"))
    head = ("set", "prompts", "unlike, learned from four fifths", f"learned from {FEW}")
    return figures, {"unlike-held-out": (head, rows)}


def gsm8k(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    """APGR on outcomes drawn from the number of steps of each solution, and from its question's length."""
    embedder = static_embedder()
    table = table_from(asked.data, "routellm-mmlu")
    seen = Inputs(table.prompts, {"static": np.asarray(embedder.embed(list(table.prompts)), np.float32)})
    lines = list(routing_data.rows(asked.data / "prompts_code_math" / "gsm8k_train.jsonl.gz"))[:ASKED]
    prompts = tuple([line["question"] for line in lines])
    inputs = Inputs(prompts, {"static": np.asarray(embedder.embed(list(prompts)), np.float32)})
    steps = np.array([line["answer"].count("<<") for line in lines], float)
    bar("growing", 0.2)
    grown = Growing().fit(table, seen, np.random.default_rng(0))
    assert grown.quality.trend is not None
    figures: dict[str, Any] = {"unlike": float(grown.quality.trend.unlike(with_surface(inputs)["surface"]).mean())}
    rows = []
    for at, weight in enumerate(LENGTHS):
        bar("asking", 0.3 + 0.7 * at / len(LENGTHS))
        found = [
            _apgrs(grown, table, seen, inputs, drawn(steps, log_lengths(inputs), weight, seed), seed)
            for seed in range(asked.seeds)
        ]
        figures[f"length {weight}"] = found
        rows.append((f"{weight:g}", *[_spread([one[name] for one in found]) for name in found[0]]))
    head = ("length beside steps", *[name for name in found[0]])
    return figures, {"unlike-gsm8k": (head, rows)}


def drawn(steps: Floats, lengths: Floats, weight: float, seed: int) -> Floats:
    """float64[n, 2]: whether the weak and the strong model are right."""
    rng = np.random.default_rng(seed)
    hard = (steps - steps.mean()) / steps.std() + weight * (lengths - lengths.mean()) / lengths.std()
    odds = [at - slope * hard for at, slope in (WEAK, STRONG)]
    return np.stack([(rng.random(len(hard)) < 1 / (1 + np.exp(-one))).astype(float) for one in odds], 1)


def _apgrs(
    grown: Grown, table: OutcomeTable, seen: Inputs, asked: Inputs, right: Floats, seed: int
) -> dict[str, float]:
    """Without labels: by `quality`, by its trees alone, by length; and with some, on the other prompts."""
    weak, strong = table.models.index(routing_data.WEAK), table.models.index(routing_data.STRONG)
    trees = grown.quality.forest.estimate(grown.quality.lookout.features(with_surface(asked)))
    whole, order = np.arange(len(right)), np.random.default_rng(seed).permutation(len(right))
    labelled, rest = order[:LABELLED], order[LABELLED:]
    prompts = (*table.prompts, *[asked.prompts[row] for row in labelled])
    scores = np.zeros((LABELLED, 2))
    scores[:, [weak, strong]] = right[labelled]
    nothing = np.full((LABELLED, 2), np.nan)
    more = OutcomeTable(
        prompts,
        table.models,
        np.concatenate([table.scores, scores]),
        np.concatenate([table.costs, nothing]),
        (*table.groups, *[f"labelled {row}" for row in labelled]),
    )
    both = Inputs(prompts, {"static": np.concatenate([seen.vectors["static"], asked.vectors["static"][labelled]])})
    later = Growing().fit(more, both, np.random.default_rng(seed)).estimate(asked.rows(rest))
    gains = {
        "quality": (whole, _gain(grown.estimate(asked), weak, strong)),
        "its trees alone": (whole, _gain(trees, weak, strong)),
        "length": (whole, log_lengths(asked)),
        f"quality, {LABELLED} labels": (rest, _gain(later, weak, strong)),
        "length, on the same": (rest, log_lengths(asked)[rest]),
    }
    return {name: _apgr(gain, right[rows]) for name, (rows, gain) in gains.items()}


def pairs(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    """APGR on what models really answered, for every pair of a weak and a strong one: means over the seeds."""
    lines = [one for one in routing_data.llmrouter9(asked.data) if one["task"] in (*KNOWLEDGE, "gsm8k")]
    table, embedder = table_of([understood(line) for line in lines]), static_embedder()
    seen = Inputs(table.prompts, {"static": np.asarray(embedder.embed(list(table.prompts)), np.float32)})
    new = np.array([line["task"] == "gsm8k" for line in lines])
    known, new = np.flatnonzero(~new), np.flatnonzero(new)
    right, lengths = table.filled()[0], log_lengths(seen)
    means = right[new].mean(0)
    couples = [(w, s) for w in range(len(means)) for s in range(len(means)) if means[s] > max(means[w] + APART, RIGHT)]

    def learned(rows: Index, seed: int) -> Floats:
        fitted = Growing().fit(table.rows(rows), seen.rows(rows), np.random.default_rng(seed))
        return fitted.estimate(seen)

    before, found = learned(known, 0), {}
    for seed in range(asked.seeds):
        bar("asking", seed / asked.seeds)
        order = np.random.default_rng(seed).permutation(new)
        labelled, rest = order[:LABELLED], order[LABELLED:]
        after = learned(np.concatenate([known, labelled]), seed)
        for weak, strong in couples:
            gains = {
                "quality": (new, _gain(before, weak, strong)),
                "length": (new, lengths),
                f"quality, {LABELLED} labels": (rest, _gain(after, weak, strong)),
                "length, on the same": (rest, lengths),
            }
            for name, (rows, gain) in gains.items():
                apgr = _apgr(gain[rows], right[rows][:, [weak, strong]])
                found.setdefault(name, {}).setdefault((weak, strong), []).append(apgr)
    each = {name: [statistics.mean(one) for one in by.values()] for name, by in found.items()}
    row = (f"{len(couples)}", *[_spread(values) for values in each.values()])
    return {"questions": len(new), **each}, {"unlike-pairs": (("pairs", *each), [row])}


def _gain(estimates: Floats, weak: int, strong: int) -> Floats:
    return np.asarray(estimates[:, strong] - estimates[:, weak], np.float64)


def _apgr(gain: Floats, right: Floats) -> float:
    return float(share_figures(gain, right[:, 0], right[:, 1], Resamples.none(len(right)))["apgr"][0])


def _spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def main(argv: list[str] | None = None) -> int:
    parser = tables.command(__doc__, ROWS)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="default: 3")
    return tables.benchmark(parser, ROWS, RESULTS, argv)


ROWS: dict[str, tables.Measure] = {"held-out": kept_out, "gsm8k": gsm8k, "pairs": pairs}

if __name__ == "__main__":
    raise SystemExit(main())
