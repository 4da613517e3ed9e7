"""The text at /metrics."""

import aiohttp
import pytest

from wrp_router.fakes.engine import FakeEngine
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


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        ("trtllm", 'trtllm_num_requests_waiting{model_name="m",engine_type="trtllm"} 2.0'),
        ("trtllm", 'trtllm_kv_cache_utilization{model_name="m",engine_type="trtllm"} 0.25'),
        ("llamacpp", "llamacpp:requests_processing 3.0"),
        ("llamacpp", "llamacpp:requests_deferred 2.0"),
        ("tgi", "tgi_batch_current_size 3.0"),
        ("tgi", "tgi_queue_size 2.0"),
        ("openai", 'vllm:num_requests_waiting{engine="0",model_name="m"} 2.0'),
    ],
)
def test_names_of_the_others(dialect, line):
    """Each has its own, and labels or none; who has none shows vLLM's."""
    assert f"{line}\n" in exposition(dialect, "m", LOAD).decode()


@pytest.mark.parametrize(("dialect", "path"), [("trtllm", "/prometheus/metrics"), ("vllm", "/metrics")])
async def test_where_it_is_shown(dialect, path):
    """At one path, and not at the other's."""
    async with FakeEngine(dialect=dialect) as engine, aiohttp.ClientSession(engine.url) as http:
        found = [(await http.get(one)).status for one in ("/metrics", "/prometheus/metrics")]
    assert found == [200 if one == path else 404 for one in ("/metrics", "/prometheus/metrics")]
