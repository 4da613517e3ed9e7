"""`wrp eval cache`: would the second question of a pair have got the answer to the first, and should it have?"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from wrp_cache.against import Judge
from wrp_cache.crossing import CrossGuard
from wrp_cache.judges import GuardSpec
from wrp_cache.learned import LearnedGuard
from wrp_cache.training.judging import Report, by_category, judged, served
from wrp_cache.training.learning import Example
from wrp_router.config.caching import CacheConfig
from wrp_router.config.structs import Config, EmbedderConfig
from wrp_signals import SignalError
from wrp_signals.facts import Vector

from .candidate import Unusable, configured, embedder_of
from .pairs import embedded, read_pairs
from .progress import Bar
from .telling import failed, found, table, tell

STEP = 256


def run(options: argparse.Namespace) -> int:
    """0 where at least one pair was judged, 1 where none was."""
    try:
        config = configured(options)
        pairs, bad = read_pairs(options.pairs)
        tell(bad)
        if not pairs:
            raise Unusable(f"{options.pairs} has no pair to judge by")
        report = _evaluated(pairs, config, options)
    except (Unusable, SignalError, OSError) as error:
        return failed(error)
    if bad:
        report["bad_lines"] = len(bad)
    return found(report, options.json, table)


def _evaluated(pairs: list[Example], config: Config | None, options: argparse.Namespace) -> Report:
    embedder = embedder_of("model", EmbedderConfig() if config is None else config.embedder)
    judge = guard_of(config, options.guard).build(embedder.id, lambda path: Path(path).read_bytes(), embedder.dim)
    bar = Bar()
    known = embedded(pairs, embedder, bar)
    scores, evidence = scored(known, judge, bar)
    bar.end()
    cache = (config.cache if config is not None else None) or CacheConfig()
    report: Report = {"n": len(known), "embedder": embedder.id, "guard": named(judge)}
    return report | judge_pairs(known, scores, evidence, cache, options.precision)


def guard_of(config: Config | None, learned: str | None) -> GuardSpec:
    """The guard that the configuration declares; `--guard` puts its file in the place of the learned one."""
    declared = getattr(config.cache, "guard", None) if config is not None else None
    spec = declared if isinstance(declared, GuardSpec) else GuardSpec()
    if learned is None:
        return spec
    return GuardSpec(learned=learned, cross_encoder=spec.cross_encoder, cross_bar=spec.cross_bar)


def named(judge: Judge) -> str:
    """What the report calls the guard."""
    return (
        judge.id if isinstance(judge, LearnedGuard) else "rules" if type(judge).__name__ == "Guard" else "cross-encoder"
    )


def scored(pairs: list[Example], judge: Judge, bar: Bar) -> tuple[Any, list[str | None]]:
    """What ranks the pairs, float64[n], and what the guard has against each. A learned guard ranks by its probability,
    in which the rules' evidence is weighed, a cross-encoder by its own; the rules by the cosine, what they veto after
    all that they let pass."""
    scores = np.zeros(len(pairs))
    evidence: list[str | None] = []
    for place, one in enumerate(pairs):
        if place % STEP == 0:
            bar("comparing", place / len(pairs))
        stored, asked = one.vectors or (None, None)
        found = judge.judge(one.b, asked)(one.a, one.similarity, partial(_given, stored))
        evidence.append(found)
        scores[place] = _score(judge, one, found)
    bar("comparing", 1.0)
    return scores, evidence


def _given(vector: Vector | None) -> Vector | None:
    return vector


def _score(judge: Judge, one: Example, evidence: str | None) -> float:
    if isinstance(judge, LearnedGuard) and one.vectors is not None:
        return judge.probability(one.b, one.a, one.similarity, one.vectors)  # of either in any order
    if isinstance(judge, CrossGuard):
        return judge.probability(one.b, one.a)
    return one.similarity if evidence is None else one.similarity - 2.0


def judge_pairs(
    pairs: list[Example], scores: Any, evidence: list[str | None], cache: CacheConfig, precision: float
) -> Report:
    """The figures: the ranking, the whole decision at the configured thresholds, the vetoes by rule, the categories."""
    labels = np.array([one.dup for one in pairs], np.bool_)
    cosines = np.array([one.similarity for one in pairs], np.float64)
    vetoed = np.array([each is not None for each in evidence], np.bool_)
    thresholds = np.array([cache.bar(one.category).threshold for one in pairs])
    near = cosines >= thresholds
    report: Report = {"duplicates": int(labels.sum()), **judged(scores, labels)}
    report["cosine_alone"] = judged(cosines, labels)
    report["served"] = served(near & ~vetoed, labels)
    report["vetoed"] = _vetoes(evidence, near, labels)
    report["categories"] = by_category(
        [one.category for one in pairs], cosines, vetoed, labels, lambda name: cache.bar(name).threshold, precision
    )
    return report


def _vetoes(evidence: list[str | None], near: Any, labels: Any) -> Report:
    """By rule, of the pairs above their threshold: how many it vetoed, and how many of them shared an answer."""
    found: dict[str, list[int]] = {}
    for each, close, same in zip(evidence, near, labels, strict=True):
        if each is not None and close:
            counts = found.setdefault(each.partition(":")[0], [0, 0])
            counts[0] += 1
            counts[1] += bool(same)
    return {name: {"n": counts[0], "duplicates": counts[1]} for name, counts in sorted(found.items())}
