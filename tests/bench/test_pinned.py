"""Processes that are weighed, and the engines."""

from __future__ import annotations

import http.client
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from bench.loads import example
from bench.paced import paced
from bench.pinned import EVENTS, cpu_seconds, engine, family, free_port, got, running, settled, until_answered

SPINS = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\nwhile True: pass"


def test_children_count_and_end(tmp_path: Path):
    """CPU time is that of the whole family, which is gone in the end."""
    with running([sys.executable, "-c", SPINS], tmp_path / "log", [0]) as process:
        while cpu_seconds(process.pid) < 0.2 or len(family(process.pid)) < 2:
            pass
        child = family(process.pid)[1]
    while alive(child):
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Also what nobody has waited for is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("compiled", [True, False])
def test_engines_answer_alike(compiled, tmp_path: Path, capsys):
    """The one in C and its fallback, which is said aloud: answers, streams, counts, 404."""
    with engine(tmp_path, compiler="cc" if compiled else "no-such-compiler") as playing:
        assert len(asked(playing.ports[0], example())[1]) == 576
        events = asked(playing.ports[1], example("stream"))[1].split(b"\n\n")
        assert [len(event) + 2 for event in events[:EVENTS]] == [197] * EVENTS
        assert (len(events), events[-2]) == (EVENTS + 4, b"data: [DONE]")
        assert playing.count() == (2, EVENTS)
        assert b"mock-model" in got(playing.ports[0], "/v1/models")
        assert asked(playing.ports[0], b"{}", "/v1/chat/completions/render")[0] == 404
        assert paced(playing.ports[0], 0.05, 0.001, example())["errors"] == 0
    assert ("ATTENTION" in capsys.readouterr().err) == (not compiled)


def asked(port: int, body: bytes, path: str = "/v1/chat/completions") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_who_does_not_answer_is_told_of(tmp_path: Path):
    """With the last words."""
    log = tmp_path / "log"
    with running([sys.executable, "-c", "print('no such file')"], log, [0]) as process:
        process.wait()
        with pytest.raises(RuntimeError, match="no such file"):
            until_answered(process, free_port(), b"{}", log)


def test_what_settles():
    """It is waited for until it is the same for a while; what never is, for as long as one has patience."""
    passed = [0.0]

    def pause(seconds: float) -> None:
        passed[0] += seconds

    values, counting = iter([1, 2, 3]), count()
    assert settled(lambda: next(values, 3), 1.0, 9.0, lambda: passed[0], pause) == 3
    assert 1.0 <= passed[0] < 1.5
    assert settled(lambda: next(counting), 1.0, 9.0, lambda: passed[0], pause) > 100
    assert passed[0] < 11.0
