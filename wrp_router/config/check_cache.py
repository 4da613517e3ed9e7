"""The cache and the embedder: what categories may take together, and what they and signals need."""

from __future__ import annotations

from wrp_policies.selection import InContext

from .checked import Checked
from .structs import Config

_ROUNDING = 1e-9


def quotas(checked: Checked) -> None:
    """The quotas that are written down do not sum to more than the cache, and there is a bar for everything else."""
    cache = checked.config.cache
    if cache is None:
        return
    total = sum(bar.quota for bar in cache.categories.values() if checked.is_set(bar, "quota"))
    at = checked.at(cache, "categories")
    if total > 1 + _ROUNDING:
        checked.problems.add(at, "E045", f"the quotas sum to {total * 100:g}%")
    if cache.categories and "default" not in cache.categories:
        checked.problems.add(at, "W005", "no category is called default, so built-in values hold for the rest")


def sizes(checked: Checked) -> None:
    """One answer fits into the cache."""
    cache = checked.config.cache
    if cache is not None and cache.max_entry > cache.max_bytes:
        message = "max_entry is more than max_bytes: an answer could be larger than the cache"
        checked.problems.add(checked.at(cache, "max_entry"), "E046", message, "lower max_entry, or raise max_bytes")


def bars(checked: Checked) -> None:
    """Floors are below thresholds, and the marks of relief are in order."""
    cache = checked.config.cache
    if cache is None:
        return
    for category in cache.categories.values():
        if category.floor > category.threshold:
            message = "the floor is above the threshold"
            checked.problems.add(checked.at(category, "floor"), "E046", message, "lower floor, or raise threshold")
    relief = cache.relief
    if relief is None:
        return
    if not relief.leave < relief.enter <= relief.full:
        message = "leave must be below enter, and enter not above full"
        checked.problems.add(checked.at(relief, "enter"), "E046", message, "for example 0.6, 0.85 and 1.1")
    if not any(category.floor for category in cache.categories.values()):
        message = "no category has a floor, so no bar ever falls"
        checked.problems.add(checked.at(cache, "relief"), "W010", message)


def guards(checked: Checked) -> None:
    """Bars belong to a learned guard, and a guard to a cache that goes by likeness."""
    cache = checked.config.cache
    guard = cache.guard if cache is not None else None
    if cache is None or guard is None:
        return
    if guard.learned is None:
        for name in ("bar", "pardon"):
            if getattr(guard, name) is not None:
                message = f"{name} is for a learned guard, and there is none"
                checked.problems.add(checked.at(guard, name), "E046", message, f"take out {name}, or name its file")
    if not cache.semantic and (guard.learned or guard.cross_encoder):
        message = "only identical requests share an answer, so nothing is asked of the guard"
        checked.problems.add(checked.at(cache, "guard"), "W004", message, "set semantic: true, or take out guard")


def examples(checked: Checked) -> None:
    """Answers that are to go before later prompts are kept somewhere: beside the cache's, and only what it may keep."""
    for route in checked.config.routes:
        if isinstance(route.use, InContext) and (checked.config.cache is None or not route.cache):
            message = "no answer is kept to be an example, where none may be cached"
            checked.problems.add(checked.at(route.use, "kind"), "W004", message, "give it a cache: {}")


def embeddings(checked: Checked) -> None:
    """Whatever compares meanings has an embedder good enough for it."""
    config = checked.config
    for spec in config.signals.values():
        reason = _missing(checked, getattr(spec, "tier", "auto")) if spec.wants_vector else ""
        if reason:
            kind = type(spec).__struct_config__.tag
            checked.problems.add(
                checked.at(spec), "W003", f"{kind} signals want an embedding, and {reason}", _hint(config)
            )
    reason = _missing(checked, "model")
    if config.cache is not None and config.cache.semantic and reason:
        message = f"the semantic cache answers exact repeats only: it wants the embedding model, and {reason}"
        checked.problems.add(checked.at(config.cache, "semantic"), "W003", message, _hint(config))
    if config.embedder.tier in _INSISTING and not checked.model_tier:
        message = f"the tier is {config.embedder.tier}, and {reason}"
        checked.problems.add(checked.at(config.embedder, "tier"), "W003", message, _hint(config))


def embedder(checked: Checked) -> None:
    """What is said of the embedder belongs to its tier."""
    config = checked.config.embedder
    for name, tiers in _BELONGS.items():
        if getattr(config, name) is not None and config.tier not in tiers:
            message = f"{name} is for the tier {' or '.join(tiers)}, and the tier is {config.tier}"
            checked.problems.add(checked.at(config, name), "E046", message, f"take out {name}, or change the tier")


_INSISTING = ("model", "sentence-transformers")
_BELONGS = {"model": ("auto", *_INSISTING), "device": ("sentence-transformers",)}


def _missing(checked: Checked, wanted: str) -> str:
    """Why a signal or the cache that wants this tier cannot have it; empty where it can."""
    tier = checked.config.embedder.tier
    if tier == "none":
        return "the tier is none"
    if wanted == "static" or tier == "static" or (tier == "auto" and wanted == "auto"):
        return "the tier is static" if wanted == "model" else ""
    return "" if checked.model_tier else "its libraries are not installed"


def _hint(config: Config) -> str:
    """Empty for what the code says anyway: install the extra."""
    if config.embedder.tier in ("none", "static"):
        return "set embedder: {tier: auto}"
    return "pip install sentence-transformers" if config.embedder.tier == "sentence-transformers" else ""
