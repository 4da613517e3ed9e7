"""Mooncake's JSON lines, and the variant that says how large its blocks are."""

from __future__ import annotations

import msgspec
import pytest

from wrp_router.sim.traces import Arrival, TraceUnusable, open_trace
from wrp_router.sim.traces.hashed import mooncake, sized


def row(at: float, prompt: int = 1_000, output: int = 5, blocks: tuple[int, ...] = (0, 1), **more: object) -> str:
    fields = {"timestamp": at, "input_length": prompt, "output_length": output, "hash_ids": blocks}
    return msgspec.json.encode(fields | more).decode()


def of_size(at: float, size: int = 16, prompt: int = 40, blocks: tuple[int, ...] = (0, 1)) -> str:
    fields = {"timestamp_ms": at, "input_length": prompt, "output_length": 7, "block_size": size, "hash_ids": blocks}
    return msgspec.json.encode(fields).decode()


@pytest.mark.parametrize("packed", [False, True])
def test_mooncake(written, packed: bool):
    """Milliseconds become seconds from the first row; blocks have 512 tokens."""
    trace = open_trace(written(row(3_000), row(3_000, 512, 1, (9,)), row(6_250, 1, 0, ()), packed=packed))
    assert (trace.name, trace.block_tokens) == ("trace", 512)
    assert list(trace) == [Arrival(0.0, 1_000, 5, (0, 1)), Arrival(0.0, 512, 1, (9,)), Arrival(3.25, 1, 0)]
    assert list(trace) == list(trace)


def test_more_is_passed_over(written):
    """A row may hold what nobody asks for."""
    assert len(list(open_trace(written(row(0, type="chat", note={"deep": [1]}), row(1))))) == 2


def test_sized(written):
    """Blocks have the size that the rows say; milliseconds have fractions."""
    trace = open_trace(written(of_size(46.5), of_size(47.75, blocks=(0, 1, 2))))
    assert trace.block_tokens == 16
    assert list(trace) == [Arrival(0.0, 40, 7, (0, 1)), Arrival(pytest.approx(0.00125), 40, 7, (0, 1, 2))]


def test_sizes_must_agree(written):
    """One trace has blocks of one size."""
    trace = open_trace(written(of_size(0), of_size(1, size=32)))
    with pytest.raises(TraceUnusable, match=r"trace:2: blocks of 32 tokens, those before it had 16"):
        list(trace)


@pytest.mark.parametrize("line", [of_size(0, size=0), of_size(0).replace("block_size", "size")])
def test_a_size_is_needed(written, line: str):
    """It is asked for when the trace is opened."""
    with pytest.raises(TraceUnusable, match=r"trace:1: .*block_size"):
        open_trace(written(line))


def test_others_are_not_taken(written):
    """Neither takes the other's lines."""
    path = written("")
    assert mooncake(path, 1, of_size(0).encode()) is None
    assert sized(path, 1, row(0).encode()) is None


GOOD = row(0)
MALFORMED = {
    "torn": (GOOD[:-5], "truncated"),
    "not JSON": ("timestamp: 1", "malformed"),
    "not an object": ("[1, 2]", "Expected `object`, got `array`"),
    "null": ("null", "Expected `object`"),
    "trailing": (f"{GOOD} 7", "trailing characters"),
    "deep": ('{"x":' + "[" * 200_000, "recursion"),
    "negative time": (row(-1), r"Expected `float` >= 0.0 - at `\$.timestamp`"),
    "time as text": (GOOD.replace("0,", '"0",', 1), r"got `str` - at `\$.timestamp`"),
    "no number": (GOOD.replace("0,", "NaN,", 1), "malformed"),
    "infinite": (GOOD.replace("0,", "1e999,", 1), "out of range"),
    "beyond all time": (row(1e300), "Expected `float` <= "),
    "negative prompt": (row(0, -1), r"Expected `int` >= 0 - at `\$.input_length`"),
    "prompt as float": (GOOD.replace("1000", "1000.5"), "got `float`"),
    "prompt without end": (row(0, 10**18), "Expected `int` <= 1000000000"),
    "negative output": (row(0, output=-1), r"\$.output_length"),
    "no output": (GOOD.replace("output_length", "output"), "missing required field `output_length`"),
    "no blocks": (GOOD.replace("hash_ids", "ids"), "missing required field `hash_ids`"),
    "negative block": (row(0, blocks=(0, -1)), r"\$.hash_ids\[1\]"),
    "block of 64 bits": (row(0, blocks=(1 << 63,)), r"\$.hash_ids\[0\]"),
    "block as text": (GOOD.replace("[0,", '["0",'), r"\$.hash_ids\[0\]"),
}


def test_a_block_too_many_is_left_out(written):
    """Some recorders name the block after a prompt that fills its last one."""
    (arrival,) = open_trace(written(row(0, 512)))
    assert arrival.blocks == (0,)


@pytest.mark.parametrize(("line", "wrong"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_lines_are_refused(written, line: str, wrong: str):
    """With file, line and reason, after the rows before them were given."""
    rows = iter(open_trace(written(GOOD, "", line, GOOD)))
    assert next(rows).prompt == 1_000
    with pytest.raises(TraceUnusable, match=rf"trace:3: .*{wrong}"):
        next(rows)


def test_bytes_that_are_no_text_are_refused(written):
    """As any other malformed line."""
    path = written(GOOD)
    path.write_bytes(path.read_bytes() + b"\xff\xfe\x00\n")
    with pytest.raises(TraceUnusable, match="trace:2: "):
        list(open_trace(path))
