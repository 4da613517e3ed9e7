"""Which kind of trace a file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrp_router.sim.traces import TraceUnusable, open_trace, quantum_of, reuse

MOONCAKE = '{"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": [1]}'
SIZED = '{"timestamp_ms": 0, "input_length": 1, "output_length": 1, "block_size": 64, "hash_ids": [1]}'
AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens"
ROW = '{"time":1.5,"facts":{"id":"","operation":"chat","asked_model":""}}'


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("line", "block_tokens"), [(MOONCAKE, 512), (SIZED, 64), (AZURE, 512), (ROW, 128)])
def test_the_content_tells(written, line: str, block_tokens: int, packed: bool):
    """Whatever the name says, and after blank lines too."""
    path = written("", line, packed=packed, name="trace.csv.gz")
    trace = open_trace(path)
    assert (trace.name, trace.block_tokens) == ("trace.csv.gz", block_tokens)


@pytest.mark.parametrize(
    "line", ["hello", "[1]", "{}", '{"time": 1}', '{"input_toks": 1, "arrival_time_ns": 5}', "a,b,c", "\x00"]
)
def test_others_are_refused(written, line: str):
    """With the line, and what would be read."""
    with pytest.raises(TraceUnusable, match=r"trace:2: none of the traces that are read: Mooncake's .*decision log"):
        open_trace(written("", line))


def test_an_empty_file_is_refused(written):
    """As is one of blank lines."""
    for lines in ((), ("", " ")):
        with pytest.raises(TraceUnusable, match=r"trace: empty$"):
            open_trace(written(*lines))


def test_a_missing_file_is_refused(tmp_path: Path):
    """In the same words as all else."""
    with pytest.raises(TraceUnusable, match="No such file"):
        open_trace(tmp_path / "none")


def test_the_rest_is_not_read(written):
    """What is wrong behind the first line is said when it is come to."""
    trace = open_trace(written(MOONCAKE, "torn"))
    with pytest.raises(TraceUnusable, match="trace:2: "):
        list(trace)


def test_somebody_must_wait(written):
    """A window of none is a mistake of the caller's."""
    with pytest.raises(ValueError, match="at least 1 must wait"):
        open_trace(written(ROW), window=0)


@pytest.mark.parametrize(
    ("name", "least", "block_tokens", "quantum", "hit"),
    [
        ("trace_mooncake/conversation_trace.jsonl.gz", 7_000, 512, 3.0, 0.36),
        ("trace_mooncake/synthetic_trace.jsonl.gz", 3_900, 512, 0.0, 0.65),
        ("trace_sharegpt_prefix/sharegpt300_llama31_blk16.jsonl.gz", 300, 16, 0.0, 0.08),
        ("trace_azure_llm_2023/AzureLLMInferenceTrace_code.csv.gz", 8_800, 512, 0.0, 0.0),
    ],
)
def test_real_traces(data: Path, name: str, least: int, block_tokens: int, quantum: float, hit: float):
    """They are read whole, and say of themselves what is known of them."""
    trace = open_trace(data / name)
    facts = reuse(trace)
    assert facts.requests >= least
    assert trace.block_tokens == block_tokens
    assert quantum_of(trace) == quantum
    assert facts.hit == pytest.approx(hit, abs=0.015)
