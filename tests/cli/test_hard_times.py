"""`wrp serve` that is killed while it writes, and whose disk is full: it starts again, and goes on."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.serving import free_port, listens, process
from wrp_router.telemetry.decisions import read

FILE = """\
version: 1
listen: 127.0.0.1:{port}
secret: 0123456789abcdef0123456789abcdef
embedder: {{tier: none}}
pools: [{{name: small, model: fake-8b, servers: [{engine}]}}]
cache: {{semantic: false, store: {{kind: sqlite, path: {folder}/answers.db, deadline: 5s}}}}
log: {{decisions: {folder}/log.jsonl}}
drain: {{notice: 0s, grace: 5s}}
"""


def written(tmp_path: Path, folder: Path, engine: str) -> tuple[Path, int]:
    """A file whose answers are kept in the folder, and its port."""
    port = free_port()
    path = tmp_path / "wrp.yaml"
    path.write_text(FILE.format(port=port, engine=engine, folder=folder))
    return path, port


def said(base: str, question: str) -> tuple[str, str]:
    """The answer, and what came of the cache."""
    body: dict[str, Any] = {"model": "fake-8b", "messages": [{"role": "user", "content": question}]}
    url, headers = f"{base}/v1/chat/completions", {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=30) as answer:
        content = json.load(answer)["choices"][0]["message"]["content"]
        return str(content), answer.headers.get("x-wrp-cache", "")


def goes_on(base: str, first: int, stop: threading.Event) -> None:
    """Asks what nobody asked before, until there is nobody any more."""
    with suppress(OSError, http.client.HTTPException):
        while not stop.is_set():
            said(base, f"question {first}")
            first += 1


@pytest.mark.fault("R18")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.long)])
def test_killed_while_it_writes(engine: str, tmp_path: Path, kills: int):
    """Again and again: it starts, what it has from before is what engines said, and its log can be read."""
    path, _ = written(tmp_path, tmp_path, engine)
    hits = 0
    for number in range(kills):
        stop = threading.Event()
        with process("-c", str(path)) as (_, port, _):
            base = f"http://127.0.0.1:{port}"
            for old in range(20):
                question = f"question {old + 1000 * (number // 2)}"
                content, cache = said(base, question)
                hits += cache == "hit-exact"
                assert content == said(engine, question)[0]
            asking = [threading.Thread(target=goes_on, args=(base, 1000 * number + n * 100, stop)) for n in range(4)]
            for thread in asking:
                thread.start()
            for old in range(20):
                said(base, f"other {number} {old}")
        stop.set()
        for thread in asking:
            thread.join()
    assert hits > 0
    assert len(list(read(tmp_path / "log.jsonl"))) > 20 * kills
    assert [one.name for one in tmp_path.iterdir() if "damaged" in one.name or "corrupt" in one.name] == []


@contextmanager
def small_disk(folder: Path, command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The command, for which the folder is a file system of one megabyte."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed: NOT TRIED")
    tried = subprocess.run(
        [unshare, "-m", "mount", "-t", "tmpfs", "none", str(folder)], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"no file system may be mounted here ({tried.stderr.decode().strip()[:60]}): NOT TRIED")
    script = f'mount -t tmpfs -o size=1m none {folder} && exec "$@"'
    with subprocess.Popen([unshare, "-m", "sh", "-c", script, "sh", *command], stderr=subprocess.PIPE, text=True) as it:
        try:
            yield it
        finally:
            it.kill()


@pytest.mark.fault("C2")
@pytest.mark.needs_root
def test_a_disk_of_one_megabyte(engine: str, tmp_path: Path):
    """Answers, log and all: every request is answered, the cache goes on with what fits, and the log does not fill with
    complaints."""
    folder = tmp_path / "disk"
    folder.mkdir()
    path, port = written(tmp_path, folder, engine)
    with small_disk(folder, [sys.executable, "-m", "wrp_router", "serve", "-c", str(path)]) as it:
        assert listens(port)
        base = f"http://127.0.0.1:{port}"
        for number in range(300):
            said(base, f"{number} " + "long " * 2000)
        assert said(base, "299 " + "long " * 2000)[1] == "hit-exact"
        with urllib.request.urlopen(f"{base}/metrics", timeout=30) as answer:
            metrics = answer.read().decode()
        it.terminate()
        _, complaints = it.communicate(timeout=60)
    assert it.returncode == 0, complaints
    assert "cannot be written" in complaints
    assert len([line for line in complaints.splitlines() if " WARNING " in line or " ERROR " in line]) <= 10
    assert "Traceback" not in complaints
    assert "wrp_requests_total" in metrics
