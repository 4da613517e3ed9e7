"""The text at /metrics."""

from wrp_router.fakes.metrics import Load, exposition

LOAD = Load(running=3, waiting=2, kv_usage=0.25, prompt_tokens=100, cached_tokens=40, kv_blocks=77)


def test_vllm_names():
    """With model and engine labels, and the cache's geometry."""
    text = exposition("vllm", 'a"b', LOAD).decode()
    assert 'vllm:num_requests_running{engine="0",model_name="a\\"b"} 3.0\n' in text
    assert 'vllm:num_requests_waiting{engine="0",model_name="a\\"b"} 2.0\n' in text
    assert "vllm:kv_cache_usage_perc{" in text
    assert 'vllm:cache_config_info{block_size="16",num_gpu_blocks="77",' in text
    assert "# TYPE vllm:prefix_cache_hits_total counter\n" in text


def test_sglang_names():
    """Its own."""
    text = exposition("sglang", "m", LOAD).decode()
    assert 'sglang:num_queue_reqs{model_name="m"} 2.0\n' in text
    assert 'sglang:token_usage{model_name="m"} 0.25\n' in text
    assert "vllm" not in text
