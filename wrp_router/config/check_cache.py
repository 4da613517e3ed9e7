"""The cache: what its categories may take together, and what they need."""

from __future__ import annotations

from .checked import Checked

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


def embeddings(checked: Checked) -> None:
    """Whatever compares meanings has an embedder good enough for it."""
    config = checked.config
    tier = config.embedder.tier
    if tier != "none" and checked.model_tier:
        return
    reason = "the tier is none" if tier == "none" else "its libraries are not installed"
    hint = "set embedder: {tier: auto}" if tier == "none" else ""
    for spec in config.signals.values():
        if spec.wants_vector:
            message = f"{type(spec).__struct_config__.tag} signals want the embedding model, and {reason}"
            checked.problems.add(checked.at(spec), "W003", message, hint)
    if config.cache is not None and config.cache.semantic:
        message = f"the semantic cache wants the embedding model, and {reason}"
        checked.problems.add(checked.at(config.cache, "semantic"), "W003", message, hint)
    if tier == "model":
        checked.problems.add(checked.at(config.embedder, "tier"), "W003", f"the tier is model, and {reason}")
