"""How loaded engines say they are, read out of what they show."""

from __future__ import annotations

import json
import math
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.exposition import floatToGoString
from prometheus_client.parser import text_string_to_metric_families

from wrp_router.config.pools import Engine
from wrp_router.fakes.metrics import Load, exposition
from wrp_router.wire.dialects import DIALECTS
from wrp_router.wire.engine_metrics import LONGEST, LONGEST_LINE, MOST, NOTHING, READERS, Gauges, sample_in

VLLM = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="a b}, \\"c\\""} 12.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="a b"} 3.0 1790000000000
vllm:num_requests_waiting_by_reason{engine="0",model_name="a b",reason="capacity"} 3.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="a b"} 0.37
# TYPE vllm:gpu_cache_usage_perc gauge
vllm:gpu_cache_usage_perc{engine="0",model_name="a b"} 0.99
# TYPE vllm:e2e_request_latency_seconds histogram
vllm:e2e_request_latency_seconds_bucket{le="0.3",engine="0"} 77.0
"""


def read(text: str | bytes, engine: str = "vllm") -> Gauges:
    return READERS[engine].read(text.encode() if isinstance(text, str) else text)


def test_vllm():
    """Whatever labels hold, beside histograms and names that only begin alike; the newer name of KV usage counts."""
    assert read(VLLM) == Gauges(12, 3, 0.37)
    assert read(VLLM.replace("kv_cache_usage_perc", "something_else")).kv_usage == 0.99


@pytest.mark.parametrize("engine", DIALECTS)
def test_every_engine_as_its_fake_shows_it(engine: str):
    """Names and labels of each; TGI says nothing of its memory."""
    text = exposition(engine.replace(".", ""), 'a"b\\', Load(running=5, waiting=2, kv_usage=0.25))
    assert read(text, engine) == Gauges(5, 2, None if engine == "tgi" else 0.25)
    others = [read(text, other) for other in DIALECTS if other != engine]
    assert others == [NOTHING] * len(others)


def test_every_dialect_is_an_engine_of_the_configuration():
    """And those without one are other people's."""
    assert {*get_args(Engine)} - {*DIALECTS} == {"openai", "anthropic"}


def test_ranks_have_requests_and_memory_of_their_own():
    """Counts of data-parallel ranks are summed; of shares the fullest is told."""
    text = "".join(
        f'vllm:num_requests_running{{engine="{rank}"}} {rank}\nvllm:kv_cache_usage_perc{{engine="{rank}"}} 0.{rank}\n'
        for rank in range(1, 5)
    )
    assert read(text) == Gauges(10, None, 0.4)


def test_ranks_that_share_requests_count_once():
    """SGLang: tensor-parallel ranks of one replica tell of the same requests, priorities of a part of them."""
    labels = [("0", "0", ""), ("0", "1", ""), ("0", "0", "10"), ("0", "0", "20"), ("1", "2", ""), ("1", "3", "")]
    counts = [3, 3, 2, 1, 4, 4]
    lines = [
        f'sglang:num_running_reqs{{dp_rank="{dp}",tp_rank="{tp}",priority="{priority}",moe_ep_rank="{tp}"}} {count}\n'
        for (dp, tp, priority), count in zip(labels, counts, strict=True)
    ]
    assert read("".join(lines), "sglang").running == 7


@pytest.mark.parametrize(
    "value", ["NaN", "+Inf", "-Inf", "-1", "1e7", "", "many", "0x10", "1_0", "1 2 3 four", "1.0} 2", "\x00", "9" * 5000]
)
def test_what_cannot_be_is_not_believed(value: str):
    """The others are."""
    text = f"vllm:num_requests_running {value}\nvllm:num_requests_waiting 2\n"
    assert read(text) == Gauges(None, 2, None)
    assert read(f'vllm:num_requests_running{{engine="1"}} 4\n{text}').running == 4


@pytest.mark.parametrize(
    ("share", "believed"), [("0", 0.0), ("1.0", 1.0), ("1.01", None), ("-0.1", None), ("NaN", None)]
)
def test_shares_are_between_nothing_and_all(share: str, believed: float | None):
    """What is in percent, or nonsense, is not believed."""
    assert read(f"vllm:kv_cache_usage_perc {share}").kv_usage == believed


@pytest.mark.parametrize(
    "labels",
    ["{", "{}", '{a="b"', "{a=b}", '{a="b",a="c"}', '{="b"}', "{ }", '{a="\\"}', '{a="b"}{', "{,}", '{" ":"x"}'],
)
def test_labels_that_are_none(labels: str):
    """Are passed over, or make no difference."""
    assert read(f"vllm:num_requests_running{labels} 1\nvllm:num_requests_waiting 2\n").waiting == 2


def test_names_stand_at_the_beginning_of_a_line():
    """In comments, labels and values they mean nothing; the first line may be one, and the last need not end."""
    assert read("vllm:num_requests_running 1") == Gauges(1)
    assert read("vllm:num_requests_running\t1\r\nvllm:num_requests_waiting  7\r\n") == Gauges(1, 7)
    for text in (
        "# vllm:num_requests_running 1",
        " vllm:num_requests_running 1",
        'a{b="vllm:num_requests_running 1"} 1',
    ):
        assert read(text) == NOTHING


def test_more_than_any_engine_shows_is_left_unread():
    """Of one line, and of all that are wanted: reading labels takes time that requests would lack."""
    long = f'vllm:num_requests_running{{a="{"x" * LONGEST_LINE}"}} 1\n'
    assert read(long + "vllm:num_requests_waiting 2\n") == Gauges(None, 2)
    line = 'vllm:num_requests_running{a="%d"} 1\n'
    lines = "".join(line % number for number in range(LONGEST // (len(line) - 1)))
    assert read("vllm:x 1\n" * LONGEST + lines[: LONGEST // 2]).running is not None
    assert read(lines + lines) == NOTHING


def test_a_sum_is_bounded_too():
    """However many ranks say the most that is believed."""
    assert read("".join(f'vllm:num_requests_running{{a="{rank}"}} {MOST}\n' for rank in range(3))).running == MOST


QUOTED = {"\\": "\\\\", "\n": "\\n", '"': '\\"'}
LABELS = st.dictionaries(
    st.from_regex("[a-z][a-z0-9_]{0,5}", fullmatch=True), st.text('ab\\\n"{},= é', max_size=6), max_size=4
)


@given(LABELS, st.floats(0, allow_infinity=False), st.sampled_from(["", " 1790000000000"]), st.sampled_from(["", ","]))
def test_a_line_is_read_as_prometheus_reads_it(labels: dict[str, str], value: float, when: str, last: str):
    """By its own parser: the same name and value, and labels that are different where its are."""
    told = ",".join(f'{name}="{"".join(QUOTED.get(one, one) for one in text)}"' for name, text in labels.items())
    line = f"a:b{{{told}{last if labels else ''}}} {floatToGoString(value)}{when}"
    (theirs,) = [sample for family in text_string_to_metric_families(line) for sample in family.samples]
    ours = sample_in(line.encode())
    assert ours is not None
    assert (ours.name, ours.value) == (theirs.name, theirs.value)
    assert {name: json.loads(text) for name, text in ours.labels.items()} == theirs.labels == labels


NAMES = [name for one in DIALECTS.values() for name in (*one.running, *one.waiting, *one.kv_usage)]
PIECES = st.lists(
    st.sampled_from(
        [*NAMES, "{", "}", '"', "\\", "=", ",", " ", "\n", "a", "NaN", "1", "-1", ".5", "e9", "#", " # ", "é", "\x00"]
    ),
    max_size=40,
).map("".join)


@given(st.binary() | PIECES.map(str.encode), st.sampled_from(sorted(DIALECTS)))
@example(b'vllm:num_requests_running{" "="x"} 1', "vllm")
@example(b"vllm:num_requests_running{a=\xff} 1", "vllm")
def test_any_bytes_at_all(text: bytes, engine: str):
    """Nothing is raised, and what comes of it is possible."""
    gauges = read(text, engine)
    assert all(count is None or 0 <= count <= MOST for count in (gauges.running, gauges.waiting))
    assert gauges.kv_usage is None or (0.0 <= gauges.kv_usage <= 1.0 and math.isfinite(gauges.kv_usage))
