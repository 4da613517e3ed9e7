"""`wrp train jailbreak`: what traits and vectors weigh, held near what the traits were worth before any data spoke.

Logistic regression whose penalty pulls each trait's weight to its prior and not to zero, so that what the data never
show keeps its worth; traits of attacks never weigh against them; every source counts about the same, whatever its size.
Judged on folds of whole sources. Deterministic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from wrp_signals.attack_head import SIGNAL, AttackCard
from wrp_signals.attack_patterns import FREE, NAMES, PRIORS
from wrp_signals.attack_traits import Traits
from wrp_signals.jailbreak import DEFAULT_THRESHOLD, windows_of
from wrp_signals.normalise import normalise
from wrp_signals.signal import Embedder
from wrp_signals.training import metrics
from wrp_signals.training.jailbreak_texts import SEEDS, SOURCES, Text, texts

TRAIT_PENALTY, VECTOR_PENALTY = 5.0, 5.0
"""How strongly weights are held at their priors (vectors: at zero), where all texts together count 3,500."""

FLAT = 0.25
"""A source of n texts counts n to this power: 0 would count sources, 1 texts."""

POSITIVE, NEGATIVE = 1_000.0, 1_500.0
"""What all attacks, and all others, count together."""

HARD = 4.0
"""How many times more look-alikes count when weights are fitted: benign texts of OVER_DEFENCE and of the seeds."""

FIRST_BIAS = -4.0
PREVALENCE = 0.1
"""The share of attacks at which probabilities are calibrated."""

OVER_DEFENCE = ("piguard benign", "wildguard benign")
TASK = ("bipia task", "bipia task in context")
HARMFUL, HARM_FOLD = "plain harmful", "harmful"
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)

Progress = Callable[[str, float], None]


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress) -> AttackCard:
    """Writes jailbreak-<tier>.bin and its card; minutes of one core, most of them the embedder's. Raises
    FileNotFoundError where a data set is missing, ValueError without an embedder."""
    if embedder is None:
        raise ValueError("jailbreak is trained on vectors: name a tier")
    progress("reading", 0.0)
    return built(texts(data), out, embedder, progress)


def built(found: Sequence[Text], out: Path, embedder: Embedder, progress: Progress) -> AttackCard:
    """The same for any texts of two folds or more, besides the seeds'."""
    traits = _traits(found)
    progress("embedding", 0.1)
    vectors = np.asarray(embedder.embed([text.text for text in found]), np.float64)
    labels = np.array([text.label for text in found])
    joint = np.concatenate([traits, vectors], 1)
    card = AttackCard(
        id="",
        signal=SIGNAL,
        tier="static" if embedder.id.startswith("static") else "model",
        embedder=embedder.id.split("@")[0],
        dim=embedder.dim,
        traits=NAMES,
        weights="",
        sha256="",
        prevalence=PREVALENCE,
        sources=SOURCES,
    )
    parts: list[Any] = []
    report: dict[str, Any] = {"texts": len(found), "folds": sorted({text.fold for text in found} - {SEEDS, HARM_FOLD})}
    tables = []
    for name, matrix, share in (("with_vector", joint, 0.5), ("without_vector", traits, 0.8)):
        progress(name, share)
        scores = _held_out(matrix, found)
        judged = np.array([text.fold != SEEDS and text.source not in (*TASK, HARMFUL) for text in found])
        slope, offset = _platt(scores[judged], labels[judged], found, judged)
        weights = _fitted(matrix, found, np.ones(len(found), bool))
        parts.append(np.append(weights[:-1] * slope, weights[-1] * slope + offset))
        chances = 1 / (1 + np.exp(-(scores * slope + offset)))
        report[name] = _report(chances, found, judged)
        tables.append(metrics.calibration_table(chances[judged], labels[judged], THRESHOLDS))
    return _written(
        out, msgspec.structs.replace(card, table=tables[0], table_without_vector=tables[1], report=report), parts
    )


def _traits(found: Sequence[Text]) -> Any:
    """float64[n, traits]: those of each text's first window."""
    reader = Traits()
    rows = []
    for text in found:
        plain, findings = normalise(text.text)
        rows.append(reader.of(next(windows_of(plain, len(plain))), bool(findings)).vector())
    return np.asarray(rows, np.float64)


def _held_out(matrix: Any, found: Sequence[Text]) -> Any:
    """Raw scores of every text by a model that saw no source of its fold. Seeds always train, and judge nothing; what
    belongs to no fold is judged by the last model."""
    folds = np.array([text.fold for text in found])
    scores = np.zeros(len(found))
    for fold in sorted({text.fold for text in found if text.trains and text.fold != SEEDS}):
        weights = _fitted(matrix, found, folds != fold)
        judged = (folds == fold) | np.array([text.source == HARMFUL for text in found])
        scores[judged] = matrix[judged] @ weights[:-1] + weights[-1]
    return scores


def _fitted(matrix: Any, found: Sequence[Text], among: Any) -> Any:
    """Weights and bias, float64[d + 1]."""
    from scipy.optimize import minimize

    used = [i for i, text in enumerate(found) if text.trains and among[i]]
    rows, signs = matrix[used], np.where([found[i].label for i in used], 1.0, -1.0)
    counts = _counts([found[i] for i in used], HARD)
    extra = matrix.shape[1] - len(NAMES)
    prior = np.append(np.asarray(PRIORS), np.zeros(extra))
    penalty = np.append(np.full(len(NAMES), TRAIT_PENALTY), np.full(extra, VECTOR_PENALTY))
    bounds = [(None if name in FREE else 0.0, None) for name in NAMES] + [(None, None)] * (extra + 1)

    def loss(weights: Any) -> tuple[float, Any]:
        margins = signs * (rows @ weights[:-1] + weights[-1])
        away = weights[:-1] - prior
        pull = counts * signs / (1 + np.exp(np.clip(margins, -60, 60)))
        value = counts @ np.logaddexp(0, -margins) + 0.5 * penalty @ away**2
        return float(value), np.append(penalty * away - rows.T @ pull, -pull.sum())

    start = np.append(prior, FIRST_BIAS)
    return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1_000}).x


def _counts(found: Sequence[Text], hard: float) -> Any:
    """How much each text counts; look-alikes `hard` times that."""
    keys = [(text.label, text.source) for text in found]
    sizes = {key: keys.count(key) for key in set(keys)}
    totals = {label: sum(n**FLAT for key, n in sizes.items() if key[0] == label) for label in (True, False)}
    whole = {True: POSITIVE, False: NEGATIVE}
    counts = [whole[label] * sizes[label, source] ** (FLAT - 1) / totals[label] for label, source in keys]
    alike = [not label and source in (*OVER_DEFENCE, SEEDS) for label, source in keys]
    return np.where(alike, hard, 1.0) * counts


def _platt(scores: Any, labels: Any, found: Sequence[Text], judged: Any) -> tuple[float, float]:
    """Slope and offset of a logistic curve through held-out scores, attacks counting PREVALENCE (Platt 1999). Sources
    count alike here too."""
    from sklearn.linear_model import LogisticRegression

    counts = _counts([text for text, wanted in zip(found, judged, strict=True) if wanted], 1.0)
    share = np.where(labels, PREVALENCE / POSITIVE, (1 - PREVALENCE) / NEGATIVE)
    curve = LogisticRegression(C=1e6).fit(scores[:, None], labels, counts * share * len(labels))
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])


def _report(chances: Any, found: Sequence[Text], judged: Any) -> dict[str, Any]:
    """Everything on sources that did not train the model that scored them."""
    labels = np.array([text.label for text in found])
    sources = np.array([text.source for text in found])
    harmless = judged & ~labels
    bar = metrics.threshold_at_fpr(chances[judged], labels[judged], 0.01)
    by_source = {}
    for name in sorted({text.source for text in found if text.label} - {SEEDS}):
        chosen = (labels & (sources == name)) | harmless
        by_source[name] = {
            "auroc": _rounded(metrics.auroc(chances[chosen], labels[chosen])),
            "recall_at_fpr_1": _rounded((chances[labels & (sources == name)] >= bar).mean()),
            "recall_at_default": _rounded((chances[labels & (sources == name)] >= DEFAULT_THRESHOLD).mean()),
        }
    kept = judged | np.isin(sources, TASK)
    over = np.isin(sources, OVER_DEFENCE)
    return {
        "auroc": _rounded(metrics.auroc(chances[judged], labels[judged])),
        "recall_at_fpr_1": _rounded(metrics.recall_at_fpr(chances[judged], labels[judged])),
        "threshold_at_fpr_1": _rounded(bar),
        "auroc_with_tasks": _rounded(metrics.auroc(chances[kept], labels[kept])),
        "recall_at_fpr_1_with_tasks": _rounded(metrics.recall_at_fpr(chances[kept], labels[kept])),
        "ece": _rounded(metrics.ece(chances[judged], labels[judged])),
        "recall_at_default": _rounded((chances[judged & labels] >= DEFAULT_THRESHOLD).mean()),
        "fpr_at_default": _rounded((chances[harmless] >= DEFAULT_THRESHOLD).mean()),
        "fpr_at_default_over_defence": _rounded((chances[over] >= DEFAULT_THRESHOLD).mean()),
        "fpr_over_defence_by_threshold": {str(at): _rounded((chances[over] >= at).mean()) for at in THRESHOLDS},
        "flagged_at_default": {
            name: _rounded((chances[sources == name] >= DEFAULT_THRESHOLD).mean())
            for name in sorted({text.source for text in found if not text.label} - {SEEDS})
        },
        "attacks": by_source,
    }


def _rounded(value: float) -> float:
    return round(float(value), 3)


def _written(out: Path, card: AttackCard, parts: Sequence[Any]) -> AttackCard:
    """Writes the weights and their card, and gives the card."""
    data = np.concatenate(parts).astype("<f4").tobytes()
    digest = hashlib.sha256(data).hexdigest()
    name = f"{card.signal}-{card.tier}"
    card = msgspec.structs.replace(card, id=f"{name}-{digest[:8]}", weights=f"{name}.bin", sha256=digest)
    out.mkdir(parents=True, exist_ok=True)
    (out / card.weights).write_bytes(data)
    (out / f"{name}-card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    return card
