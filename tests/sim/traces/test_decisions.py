"""Our own decision log as a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.types import Ended, Outcome
from wrp_router.record import CacheResult, Row, ServerChanged, to_line
from wrp_router.sim.traces import Arrival, Skipped, Trace, TraceUnusable, open_trace
from wrp_router.telemetry.decisions import DecisionLog
from wrp_signals.facts import Facts, Reading
from wrp_signals.prefix import LADDER

DONE = Outcome("small", "a", "m", Ended.DONE, tokens_in=300, tokens_out=20)
REFUSED = Outcome("small", "b", "m", Ended.FAILED, status=503)


def row(
    time: float, *outcomes: Outcome, prompt: int = 200, prefix: tuple[int, ...] = (7, 8), cache: CacheResult = "miss"
) -> Row:
    facts = Facts("d", "chat", "auto", "acme", "s1", prompt, prefix=prefix, readings={"hard": Reading(True)})
    return Row(time, facts, outcomes=outcomes or (DONE,), cache=cache, duration=1.0)


def logged(folder: Path, *rows: Row) -> Path:
    """The rows as the telemetry writes them."""
    log = DecisionLog(folder / "decisions.jsonl")
    log(ServerChanged(0.0, "small", "a", "closed", "open", "5 in a row"))
    for one in rows:
        log(one)
    assert log.close()
    return folder / "decisions.jsonl"


def times(trace: Trace) -> list[float]:
    return [arrival.at for arrival in trace]


def test_rows_are_arrivals(tmp_path: Path):
    """Who asked for which model, how much, what of it is shared, and what came out; blocks are of 128 tokens."""
    trace = open_trace(logged(tmp_path, row(1e9), row(1e9 + 2.5, prefix=())))
    assert trace.block_tokens == 128
    assert list(trace) == [
        Arrival(0.0, 200, 20, (7, 8), "s1", "acme", "auto"),
        Arrival(2.5, 200, 20, (), "s1", "acme", "auto"),
    ]
    assert list(trace) == list(trace)


def test_what_the_log_leaves_out_is_known(tmp_path: Path):
    """A row with nothing but defaults."""
    trace = open_trace(logged(tmp_path, Row(5.0, Facts("", "chat", ""), outcomes=(Outcome("", "", "", Ended.DONE),))))
    assert list(trace) == [Arrival(0.0, 0, 0, (), "", "local")]


def test_the_engine_counts_where_we_did_not(tmp_path: Path):
    """Its tokens of the last attempt stand in for an unknown length of the prompt."""
    trace = open_trace(logged(tmp_path, row(1.0, REFUSED, DONE, prompt=0)))
    assert [(arrival.prompt, arrival.output) for arrival in trace] == [(300, 20)]


def test_blocks_end_with_the_prompt(tmp_path: Path):
    """Long words make more blocks of bytes than the tokens fill."""
    trace = open_trace(logged(tmp_path, row(1.0, prompt=256, prefix=(1, 2, 3)), row(2.0, prompt=257, prefix=(1, 2, 3))))
    assert [arrival.blocks for arrival in trace] == [(1, 2), (1, 2, 3)]


def test_long_prompts_are_evened_out(tmp_path: Path):
    """Hashes of larger blocks stand for as many of 128 tokens: shared where hashes are, and nowhere else."""
    one = tuple(range(1000, 1000 + 80))
    other = (*one[:70], *range(2000, 2010))
    first, second = open_trace(
        logged(tmp_path, row(1.0, prompt=13_000, prefix=one), row(2.0, prompt=13_000, prefix=other))
    )
    assert first.blocks[:64] == one[:64]
    assert len(first.blocks) == len(set(first.blocks)) == LADDER[79]
    alike = [a == b for a, b in zip(first.blocks, second.blocks, strict=True)]
    assert alike == [True] * LADDER[69] + [False] * (LADDER[79] - LADDER[69])


def test_what_no_engine_worked_on_is_counted(tmp_path: Path):
    """Answers of the cache, and failures; who left in the middle had an engine's work all the same."""
    left = Outcome("small", "a", "m", Ended.CLIENT_GONE, tokens_out=3)
    trace = open_trace(
        logged(
            tmp_path,
            row(1.0, cache="hit-exact"),
            row(2.0, cache="hit-semantic"),
            row(3.0, cache="hit-shared"),
            Row(4.0, Facts("d", "chat", "auto"), status=503),
            row(5.0, REFUSED, REFUSED),
            row(6.0, REFUSED, left),
            row(7.0, cache="bypass"),
        )
    )
    for _ in range(2):  # a count is of one pass
        assert [(arrival.at, arrival.output) for arrival in trace] == [(0.0, 3), (1.0, 20)]
        assert trace.skipped == Skipped(cached=3, failed=2)


def test_a_torn_last_line_is_passed_over(tmp_path: Path):
    """The router was stopped while it wrote."""
    path = logged(tmp_path, row(1.0), row(2.0))
    path.write_bytes(path.read_bytes()[:-9])
    assert times(open_trace(path)) == [0.0]


def test_the_log_is_in_the_order_of_ends(tmp_path: Path):
    """Arrivals come in their own, ties as they stand in the log."""
    rows = (row(3.0), row(1.0, prompt=1), row(1.0, prompt=2), row(2.0), row(9.0))
    trace = open_trace(logged(tmp_path, *rows), window=3)
    assert [(arrival.at, arrival.prompt) for arrival in trace] == [(0, 1), (0, 2), (1, 200), (2, 200), (8, 200)]


def test_who_is_later_than_the_window_is_refused(tmp_path: Path):
    """With the line and what to do; never moved."""
    arrivals = iter(open_trace(logged(tmp_path, row(2.0), row(3.0), row(1.5), row(4.0)), window=1))
    assert next(arrivals).at == 0.0
    with pytest.raises(TraceUnusable, match=r"jsonl:3: arrived 0.5 s before .* more than 1 rows earlier: sort the log"):
        list(arrivals)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30), st.integers(1, 30))
def test_nothing_is_lost_or_out_of_order(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int]], window: int
):
    """A window gives all requests in order, or refuses the log; one as long as the log always gives them."""
    path = tmp_path_factory.mktemp("log") / "log"
    ended = sorted(spans, key=sum)
    path.write_bytes(b"".join(to_line(row(float(begin))) for begin, _ in ended))
    begins = sorted(begin for begin, _ in spans)
    wanted = [float(begin - begins[0]) for begin in begins]
    assert times(open_trace(path, window=len(spans))) == wanted
    try:
        found = times(open_trace(path, window=window))
    except TraceUnusable:
        assert window < len(spans)
    else:
        assert found == wanted


MALFORMED = {
    "torn": ('{"time":1.5,"facts":', "truncated"),
    "not JSON": ("hello", "malformed"),
    "negative time": ('{"time":-1,"facts":{}}', r"\$.time"),
    "no time": ('{"time":null,"facts":{}}', r"\$.time"),
    "no facts": ('{"time":1}', "facts"),
    "tokens": ('{"time":1,"facts":{"prompt_tokens":-1}}', r"\$.facts.prompt_tokens"),
    "prefix": ('{"time":1,"facts":{"prefix":["a"]}}', r"\$.facts.prefix"),
    "outcome": ('{"time":1,"facts":{},"outcomes":[{}]}', r"\$.outcomes"),
    "infinite": ('{"time":1e999,"facts":{}}', "out of range"),
    "deep": ('{"x":' + "[" * 200_000, "recursion"),
}


@pytest.mark.parametrize(("line", "wrong"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_lines_are_refused(written, line: str, wrong: str):
    """With file, line and reason."""
    good = to_line(row(1.0)).decode().strip()
    with pytest.raises(TraceUnusable, match=f"trace:2: .*{wrong}"):
        list(open_trace(written(good, line, good)))
