"""What no single field can know: names that refer to each other, addresses, keys, sums. Points into the file and, where
parts could not be decoded, still checks the rest."""

from __future__ import annotations

from collections.abc import Mapping

from . import (
    check_asking,
    check_cache,
    check_consulting,
    check_files,
    check_learned,
    check_names,
    check_network,
    check_pools,
    check_roles,
    check_routes,
    check_stores,
    check_tenants,
    check_workers,
)
from .checked import Checked
from .nodes import Node
from .places import Places
from .problems import Problems
from .structs import Config

_ALWAYS = (check_names.unique, check_names.pools_exist, check_names.routes_exist, check_names.signals_can_be_named)
_DECODED = (
    check_names.signals_build,
    check_names.used,
    check_routes.conditions,
    check_routes.reach,
    check_files.there,
    check_files.written,
    check_network.listeners,
    check_network.proxies,
    check_network.servers,
    check_network.metrics,
    check_roles.roles,
    check_asking.asked,
    check_asking.compared,
    check_consulting.asked,
    check_network.collector,
    check_network.keys,
    check_network.upstream_keys,
    check_network.issued,
    check_tenants.limited,
    check_pools.adapters,
    check_pools.contexts,
    check_pools.limits,
    check_cache.quotas,
    check_cache.sizes,
    check_cache.bars,
    check_cache.guards,
    check_cache.examples,
    check_cache.embeddings,
    check_cache.embedder,
    check_stores.archives,
    check_learned.shared,
    check_learned.apart,
    check_workers.together,
)


def check(
    tree: Node,
    config: Config | None,
    places: Places,
    sources: Mapping[str, str],
    problems: Problems,
    model_tier: bool,
) -> None:
    """Notes what does not fit together. `config` is what decoding made of `tree`, possibly in part, or None;
    `model_tier` says whether the libraries of the embedding model are there."""
    for names_check in _ALWAYS:
        names_check(tree, problems)
    if config is not None:
        checked = Checked(tree, config, places, sources, problems, model_tier)
        for whole_check in _DECODED:
            whole_check(checked)
