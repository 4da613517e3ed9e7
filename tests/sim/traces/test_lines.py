"""Lines of files one by one, and what every format asks of its rows."""

from __future__ import annotations

import gzip
import math
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.traces import Arrival, TraceUnusable
from wrp_router.sim.traces.lines import LONGEST, Raw, checked, keys, numbered

PATH = Path("file")


def unusable(rows: list[Raw], block_tokens: int = 16) -> str:
    with pytest.raises(TraceUnusable) as wrong:
        list(checked(PATH, iter(rows), block_tokens))
    return str(wrong.value)


@pytest.mark.parametrize("packed", [False, True])
def test_lines_are_numbered(written, packed: bool):
    """From 1, blank ones counted but not given."""
    path = written("a", "", " \t", "b", packed=packed)
    assert list(numbered(path)) == [(1, b"a\n"), (4, b"b\n")]


def test_the_last_line_need_not_end(tmp_path: Path):
    """It is given as it stands."""
    (tmp_path / "t").write_bytes(b"a\nb")
    assert list(numbered(tmp_path / "t")) == [(1, b"a\n"), (2, b"b")]


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_nothing_is_no_lines(tmp_path: Path, content: bytes):
    """An empty file has none, nor has one of blanks."""
    (tmp_path / "t").write_bytes(content)
    assert list(numbered(tmp_path / "t")) == []


def test_a_long_line_is_refused(tmp_path: Path):
    """At its number; one byte less is a line."""
    (tmp_path / "t").write_bytes(b"a" * (LONGEST - 1) + b"\n" + b"b" * LONGEST + b"\n")
    lines = numbered(tmp_path / "t")
    assert next(lines)[0] == 1
    with pytest.raises(TraceUnusable, match=r"t:2: longer than 4194304 bytes"):
        next(lines)


def test_a_bomb_is_refused(tmp_path: Path):
    """A line without end is not unpacked whole."""
    (tmp_path / "t").write_bytes(gzip.compress(bytes(64 << 20)))
    tracemalloc.start()
    with pytest.raises(TraceUnusable, match="t:1: longer"):
        next(numbered(tmp_path / "t"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * LONGEST


def test_a_missing_file_is_said(tmp_path: Path):
    """Without a line, in the words of the system."""
    with pytest.raises(TraceUnusable, match=r"none: No such file or directory$"):
        next(numbered(tmp_path / "none"))
    with pytest.raises(TraceUnusable, match="Is a directory"):
        next(numbered(tmp_path))


def test_a_torn_archive_gives_what_it_has(written):
    """Then it says where it broke off."""
    path = written(*(str(n) for n in range(50_000)), packed=True)
    path.write_bytes(path.read_bytes()[:-20_000])
    lines = numbered(path)
    assert list(islice(lines, 3)) == [(1, b"0\n"), (2, b"1\n"), (3, b"2\n")]
    with pytest.raises(TraceUnusable, match=r"trace:\d{4,}: "):
        list(lines)


@pytest.mark.parametrize("place", [3, 15, -1])
def test_a_damaged_archive_is_refused(written, place: int):
    """In its head, its data or its checksum."""
    path = written("some", "lines", "of", "text", packed=True)
    content = bytearray(path.read_bytes())
    content[2 if place == 3 else place] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(TraceUnusable):
        list(numbered(path))


def test_a_file_is_not_kept(written):
    """Memory does not grow with it."""
    path = written(*("x" * 1_000 for _ in range(20_000)))
    tracemalloc.start()
    assert sum(1 for _ in numbered(path)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    ("line", "found"),
    [(b'{"a": 1, "b": [1, {"c": 2}]}', {"a", "b"}), (b"[1]", set()), (b"{", set()), (b'{"x":' + b"[" * 500_000, set())],
)
def test_keys_of_objects(line: bytes, found: set[str]):
    """The outer ones; nothing but an object has any, however deep it is."""
    assert keys(line) == found


def test_the_first_arrives_at_zero():
    """The others so much later."""
    rows = [(1, 7.5, 16, 2, (1,)), (2, 7.5, 17, 3, (1, 2)), (5, 9.0, 0, 0, ())]
    assert list(checked(PATH, iter(rows), 16)) == [
        Arrival(0.0, 16, 2, (1,)),
        Arrival(0.0, 17, 3, (1, 2)),
        Arrival(1.5, 0, 0),
    ]


def test_time_going_back_is_refused():
    """By however little, after what came before it was given."""
    assert unusable([(1, 7.5, 1, 1, ()), (3, 7.25, 1, 1, ())]) == "file:3: goes back in time by 0.25 s"
    assert "goes back" in unusable([(1, 7.5, 1, 1, ()), (2, math.nextafter(7.5, 0), 1, 1, ())])


@pytest.mark.parametrize(("prompt", "most"), [(0, 0), (1, 1), (16, 1), (17, 2)])
def test_blocks_beyond_the_prompt_are_left_out(prompt: int, most: int):
    """A prompt has as many as begin in it; some recorders name one more."""
    for count in (most, most + 1):
        assert next(checked(PATH, iter([(1, 0.0, prompt, 1, (7,) * count)]), 16)).blocks == (7,) * most


@given(st.lists(st.floats(0, 1e12)))
def test_order_is_all_that_decides(times: list[float]):
    """Times in order are given as they are apart; others are refused at the first that goes back."""
    rows: list[Raw] = [(n, time, 1, 1, ()) for n, time in enumerate(times, 1)]
    back = next((n for n in range(1, len(times)) if times[n] < times[n - 1]), None)
    if back is not None:
        assert unusable(rows).startswith(f"file:{back + 1}: ")
    else:
        assert [arrival.at for arrival in checked(PATH, iter(rows), 16)] == [time - times[0] for time in times]
