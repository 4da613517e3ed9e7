"""The decision log: what it writes can be read back, and nothing that happens to it reaches a request."""

from __future__ import annotations

import errno
import gzip
import os
import stat
import threading
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_policies.types import Outcome
from wrp_router.record import Feedback, Row, ServerChanged, to_line
from wrp_router.telemetry.decisions import DecisionLog, find, heard, read, records
from wrp_signals.facts import Facts, Message, RequestView, facts_of

_texts = st.text(max_size=20)
_small = st.floats(0, 1e6)
_rows = st.builds(
    Row,
    time=_small,
    facts=st.builds(Facts, id=_texts, operation=st.just("chat"), asked_model=_texts, session=_texts),
    outcomes=st.lists(st.builds(Outcome, pool=_texts, server=_texts, model=_texts), max_size=2).map(tuple),
    duration=_small,
)


def _full(fd: int, data: bytes) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@settings(max_examples=30)
@given(rows=st.lists(_rows, max_size=8))
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    """Rows survive the way to the file and back, in order, and none is dropped."""
    path = tmp_path_factory.mktemp("log") / "decisions.jsonl"
    log = DecisionLog(path)
    log(ServerChanged(0.0, "small", "a", "closed", "open", "5 in a row"))
    for row in rows:
        log(row)
    assert log.close()
    assert log.dropped == 0
    assert (list(read(path)) if path.exists() else []) == rows


def test_the_file_is_private_and_rotates(tmp_path, make_row):
    """Mode 0600, and old files beside it."""
    path = tmp_path / "decisions.jsonl"
    for number in range(3):
        log = DecisionLog(path, rotate_bytes=1, keep=1)
        log(make_row(id=f"d{number}"))
        assert log.close()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["decisions.jsonl", "decisions.jsonl.1"]
    assert [row.facts.id for row in read(path)] == ["d2"]
    assert {stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()} == {0o600}


def test_a_full_disk_costs_rows_and_nothing_else(tmp_path, make_row, complain, kept):
    """Rows are lost, counted and warned of once; the caller never hears of it."""
    log = DecisionLog(tmp_path / "log", complain=complain, write=_full)
    for _ in range(100):
        log(make_row())
    assert log.close()
    assert log.dropped == 100
    assert len(kept.lines) == 1
    assert "No space left" in kept.lines[0]


def test_a_disk_that_has_room_again(tmp_path, make_row, complain):
    """Half of a line that was taken is taken back; what comes later is there, whole, and nothing else is lost."""
    room = threading.Event()

    def write(fd: int, data: bytes) -> int:
        if room.is_set():
            return os.write(fd, data)
        if os.fstat(fd).st_size:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data[:10])

    log = DecisionLog(tmp_path / "log", complain=complain, write=write, interval=0.01)
    log(make_row())
    end = time.monotonic() + 20.0
    while not log.dropped and time.monotonic() < end:
        time.sleep(0.01)
    room.set()
    log(make_row())
    assert log.close()
    assert (log.dropped, len(list(read(tmp_path / "log")))) == (1, 1)


def test_a_place_that_cannot_be_written_costs_rows_and_nothing_else(tmp_path, make_row, complain):
    """A path under a file is none; the log is constructed all the same."""
    (tmp_path / "file").touch()
    log = DecisionLog(tmp_path / "file" / "log", complain=complain)
    log(make_row())
    assert log.close()
    assert log.dropped == 1


def test_a_stalled_disk_never_blocks(tmp_path, make_row, complain, kept):
    """While a write hangs, rows queue up to the limit and are dropped beyond it; closing gives up in time, and says
    that rows are lost."""
    entered, released = threading.Event(), threading.Event()

    def hang(fd: int, data: bytes) -> int:
        entered.set()
        assert released.wait(10)
        return len(data)

    log = DecisionLog(tmp_path / "log", limit=2, interval=0.001, complain=complain, write=hang)
    log(make_row())
    assert entered.wait(10)
    for _ in range(5):
        log(make_row())
    assert log.dropped == 3
    assert not log.close(timeout=0.0)
    assert "rows may be lost" in kept.lines[-1]
    released.set()
    assert log.close()


def test_a_torn_last_line_is_skipped(tmp_path, make_row):
    """A crash leaves at most a piece of a line, which is not a row; a restart goes on after the last whole one."""
    path = tmp_path / "log"
    path.write_bytes(to_line(make_row(id="whole")) + to_line(make_row(id="torn"))[:-9])
    assert [row.facts.id for row in read(path)] == ["whole"]
    assert find(path, "torn") is None
    log = DecisionLog(path)
    log(make_row(id="next"))
    assert log.close()
    assert [row.facts.id for row in read(path)] == ["whole", "next"]


@pytest.mark.parametrize("packed", [False, True])
def test_rows_and_what_was_said_of_them(tmp_path, make_row, packed):
    """In the order in which they were written, plain or gzipped, whatever the file is called; `read` has the rows."""
    said = Feedback(2.0, "dec", 0.5, "client")
    lines = to_line(make_row("one")) + to_line(said) + to_line(make_row("two"))
    path = tmp_path / "any.name"
    path.write_bytes(gzip.compress(lines) if packed else lines)
    assert list(records(path)) == [make_row("one"), said, make_row("two")]
    assert list(read(path)) == [make_row("one"), make_row("two")]


def test_a_damaged_archive_is_named(tmp_path, make_row):
    """And so is feedback that is none."""
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(to_line(make_row()) * 50)[:-20])
    with pytest.raises(ValueError, match=r"log\.gz:"):
        list(records(path))
    path.write_bytes(b'{"line":"feedback","time":1}\n')
    with pytest.raises(ValueError, match=r"log\.gz:1: .*decision"):
        list(records(path))


def test_a_broken_line_is_named(tmp_path, make_row):
    """What is not a row is an error with its place; `find` looks past it."""
    path = tmp_path / "log"
    path.write_bytes(to_line(make_row(id="d1")) + b'{"id":"d1"}\nnonsense "d1"\n')
    with pytest.raises(ValueError, match=r"log:2: .*missing required field"):
        list(read(path))
    found = find(path, "d1")
    assert found is not None
    assert found.facts.id == "d1"


def test_what_was_said_of_a_decision(tmp_path, make_row):
    """Wherever it stands in the log; rows, other decisions and broken lines are passed over."""
    path = tmp_path / "log"
    said = [Feedback(time, "d1", 0.5, "client") for time in (1.0, 2.0)]
    (tmp_path / "log.1").write_bytes(to_line(said[1]) + to_line(said[0]) + to_line(make_row(id="d1")))
    path.write_bytes(to_line(Feedback(3.0, "d2", 0.5, "client", "d1")) + b'{"line":"feedback","x":"d1"}\n')
    assert heard(path, "d1") == tuple(said)
    assert heard(path, "d3") == heard(tmp_path / "none", "d1") == ()


def test_find_takes_the_newest_across_rotated_files(tmp_path, make_row):
    """The last line of the newest file that has it wins; other ids and mentions do not count."""
    path = tmp_path / "log"
    (tmp_path / "log.2").write_bytes(to_line(make_row(id="old", route="oldest")) + to_line(make_row(id="older")))
    (tmp_path / "log.1").write_bytes(
        to_line(make_row(id="old", route="one")) + to_line(make_row(id="old", route="two"))
    )
    path.write_bytes(to_line(make_row(id="new", session="old")))
    found = {id: find(path, id) for id in ("old", "older", "new", "none", "\udc80")}
    assert {id: row and row.route for id, row in found.items()} == {
        "old": "two",
        "older": "rest",
        "new": "rest",
        "none": None,
        "\udc80": None,
    }


def test_find_reads_long_files_in_blocks(tmp_path, make_row):
    """Lines that lie across a block's edge are whole; a torn line of any length is not one."""
    path = tmp_path / "log"
    lines = [to_line(make_row(id=f"d{number}", session="x" * 100_000)) for number in range(100)]
    path.write_bytes(b"".join(lines) + b'"d7"' + b"x" * (9 << 20))
    for number in (0, 41, 42, 43, 99):
        found = find(path, f"d{number}")
        assert found is not None
        assert to_line(found) == lines[number]


def test_find_survives_a_file_that_rotation_takes_away(tmp_path):
    """A name that leads nowhere by the time it is opened holds nothing."""
    (tmp_path / "log.1").symlink_to(tmp_path / "gone")
    assert find(tmp_path / "log", "d1") is None


def test_nobody_escapes_the_log_by_what_he_sends(tmp_path, make_row):
    """Text that is not UTF-8 and numbers beyond 64 bits are written as near as can be; hashes stay as they are."""
    path = tmp_path / "log"
    log = DecisionLog(path)
    log(make_row(id="d1", session="\udc80x", max_tokens=1 << 70, prefix=((1 << 64) - 1,), tenant="é"))
    assert log.close()
    (row,) = read(path)
    assert (row.facts.session, row.facts.tenant) == ("?x", "é")
    assert (row.facts.max_tokens, row.facts.prefix) == ((1 << 64) - 1, ((1 << 64) - 1,))
    assert row.facts.stream is True


def test_a_value_without_a_form_in_json_costs_one_row(tmp_path, make_row, complain, kept):
    """The rest of the batch is written."""
    path = tmp_path / "log"
    log = DecisionLog(path, complain=complain)
    log(make_row(id="d1"))
    log(make_row(id="bad", route=object()))
    log(make_row(id="d2"))
    assert log.close()
    assert [row.facts.id for row in read(path)] == ["d1", "d2"]
    assert log.dropped == 1
    assert "a row cannot be written" in kept.lines[0]


def test_a_number_that_is_none_reads_as_not_said(tmp_path, make_row):
    """NaN has no form in JSON; a row with one can still be read."""
    path = tmp_path / "log"
    log = DecisionLog(path)
    log(make_row(similarity=float("nan")))
    assert log.close()
    assert [row.similarity for row in read(path)] == [0.0]


def test_no_word_of_a_prompt_is_in_the_log(tmp_path, make_row):
    """Facts are made from a view full of text, and the text stays behind."""
    canary = "canary-7f3a"
    messages = (Message("system", f"{canary} 1"), Message("user", f"{canary} 2"))
    view = RequestView("chat", "auto", messages, tools=(canary,), headers={"x": canary})
    path = tmp_path / "log"
    log = DecisionLog(path)
    log(msgspec.structs.replace(make_row(), facts=facts_of(view, "d1", 12)))
    assert log.close()
    text = path.read_bytes()
    assert b'"d1"' in text
    assert canary.encode() not in text
