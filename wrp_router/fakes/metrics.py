"""The text an engine shows at /metrics, under the names that its kind uses. Only what a router may read there."""

from __future__ import annotations

import msgspec


class Load(msgspec.Struct, frozen=True, gc=False):
    """How busy an engine is: requests running and waiting, share of KV blocks held, and token counts since start."""

    running: int = 0
    waiting: int = 0
    kv_usage: float = 0.0
    prompt_tokens: int = 0
    generation_tokens: int = 0
    cached_tokens: int = 0
    finished: int = 0
    slots: int = 0
    kv_blocks: int = 0
    block_tokens: int = 16


def exposition(dialect: str, model: str, load: Load) -> bytes:
    """Prometheus text format; engines whose names are not known here show vLLM's."""
    rows, labels = _DIALECTS.get(dialect, _DIALECTS["vllm"])
    label = labels.format(_escaped(model))
    lines = [
        line
        for kind, name, field in rows
        for line in (f"# TYPE {name} {kind}", f"{name}{label} {float(getattr(load, field))}")
    ]
    if rows is _VLLM:
        sizes = f'{{block_size="{load.block_tokens}",num_gpu_blocks="{load.kv_blocks}",'
        lines += ["# TYPE vllm:cache_config_info gauge", f"vllm:cache_config_info{sizes}{label[1:]} 1.0"]
    return ("\n".join(lines) + "\n").encode()


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


_VLLM = (
    ("gauge", "vllm:num_requests_running", "running"),
    ("gauge", "vllm:num_requests_waiting", "waiting"),
    ("gauge", "vllm:kv_cache_usage_perc", "kv_usage"),
    ("gauge", "vllm:gpu_cache_usage_perc", "kv_usage"),
    ("counter", "vllm:prompt_tokens_total", "prompt_tokens"),
    ("counter", "vllm:generation_tokens_total", "generation_tokens"),
    ("counter", "vllm:prefix_cache_queries_total", "prompt_tokens"),
    ("counter", "vllm:prefix_cache_hits_total", "cached_tokens"),
    ("counter", "vllm:request_success_total", "finished"),
)
_SGLANG = (
    ("gauge", "sglang:num_running_reqs", "running"),
    ("gauge", "sglang:num_queue_reqs", "waiting"),
    ("gauge", "sglang:token_usage", "kv_usage"),
    ("counter", "sglang:prompt_tokens_total", "prompt_tokens"),
    ("counter", "sglang:generation_tokens_total", "generation_tokens"),
    ("counter", "sglang:num_requests_total", "finished"),
)
_TRTLLM = (
    ("gauge", "trtllm_num_requests_running", "running"),
    ("gauge", "trtllm_num_requests_waiting", "waiting"),
    ("gauge", "trtllm_kv_cache_utilization", "kv_usage"),
    ("counter", "trtllm_request_success_total", "finished"),
)
_LLAMACPP = (
    ("counter", "llamacpp:prompt_tokens_total", "prompt_tokens"),
    ("counter", "llamacpp:tokens_predicted_total", "generation_tokens"),
    ("gauge", "llamacpp:kv_cache_usage_ratio", "kv_usage"),
    ("gauge", "llamacpp:requests_processing", "running"),
    ("gauge", "llamacpp:requests_deferred", "waiting"),
)
_TGI = (
    ("gauge", "tgi_queue_size", "waiting"),
    ("gauge", "tgi_batch_current_size", "running"),
    ("counter", "tgi_request_success", "finished"),
)
_DIALECTS = {
    "vllm": (_VLLM, '{{engine="0",model_name="{}"}}'),
    "sglang": (_SGLANG, '{{model_name="{}"}}'),
    "trtllm": (_TRTLLM, '{{model_name="{}",engine_type="trtllm"}}'),
    "llamacpp": (_LLAMACPP, ""),
    "tgi": (_TGI, ""),
}
