"""Under which names each kind of engine shows its load, and where. A table; who reads it is engine_metrics.py."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Dialect(msgspec.Struct, frozen=True):
    """Names of gauges; where there are several, they are tried in turn, the newest first. Requests that are being
    computed, that are `waiting`, and the share of KV memory in use. Series that differ by labels named in `copies`
    alone tell of the same requests, wholly or in part."""

    running: tuple[str, ...]
    waiting: tuple[str, ...]
    kv_usage: tuple[str, ...] = ()
    path: str = "/metrics"
    copies: frozenset[str] = frozenset()


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "vllm": Dialect(
            ("vllm:num_requests_running",),
            ("vllm:num_requests_waiting",),
            ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"),
        ),
        # ranks of one data-parallel replica share its requests; a series with a priority is a part of the one without
        "sglang": Dialect(
            ("sglang:num_running_reqs",),
            ("sglang:num_queue_reqs",),
            ("sglang:token_usage",),
            copies=frozenset({"tp_rank", "pp_rank", "moe_ep_rank", "priority"}),
        ),
        # its /metrics is JSON of another kind
        "trtllm": Dialect(
            ("trtllm_num_requests_running",),
            ("trtllm_num_requests_waiting",),
            ("trtllm_kv_cache_utilization",),
            path="/prometheus/metrics",
        ),
        "llama.cpp": Dialect(
            ("llamacpp:requests_processing",), ("llamacpp:requests_deferred",), ("llamacpp:kv_cache_usage_ratio",)
        ),
        "tgi": Dialect(("tgi_batch_current_size",), ("tgi_queue_size",)),
    }
)
"""By the name that the configuration has for the engine. Whoever is not in it shows nothing that we know."""
