"""Engines that are not ours as processes on loopback, and `wrp serve` before them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pinned import cpu_seconds
from tests.cli.serving import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 600.0
"""Seconds: an engine imports a gigabyte, on a machine that may have much else to do."""

MODEL = "tiny"
CONFIG = """\
version: 1
listen: 127.0.0.1:{port}
admin: 127.0.0.1:{admin}
embedder: {{tier: none}}
pools:
  - name: rented
    model: {model}
    servers: [{servers}]
    stream_end: {end}
    balance: {{kind: round_robin}}
    price: {{input: 1, output: 2}}
log: {{decisions: {folder}/decisions.jsonl, level: warning}}
drain: {{notice: 10ms, grace: 1s}}
"""


@dataclass(frozen=True)
class Kind:
    """How an engine is run. `weigh` writes its weights at the path given, `command` serves them at a port. `end`: how
    its streams end; `tells`: whether a stream says what it took; `by_path`: whether the model is called by where its
    weights are; `refused`: what it takes for the caller's fault."""

    name: str
    weigh: str
    file: str
    command: Callable[[Path, Path, int], Sequence[str]]
    end: str
    tells: bool
    by_path: bool
    refused: Mapping[str, Any]


def _llamacpp(python: Path, weights: Path, port: int) -> Sequence[str]:
    model = ["--model", str(weights), "--model_alias", MODEL, "--n_ctx", "8192", "--n_threads", "1"]
    alone = ["--interrupt_requests", "false"]  # else a second request ends the first one's stream
    return [str(python), "-m", "llama_cpp.server", *model, *alone, "--host", "127.0.0.1", "--port", str(port)]


def _transformers(python: Path, weights: Path, port: int) -> Sequence[str]:
    at = ["--host", "127.0.0.1", "--port", str(port)]
    return [str(python.with_name("transformers")), "serve", str(weights), "--device", "cpu", *at]


TOO_LONG = {"messages": [{"role": "user", "content": "too long " * 1000}]}
STRANGE = {"extra_body": {"mood": "sad"}}
"""Values of wrong types would be simpler, but both take them for faults of their own (500)."""


KINDS: Mapping[str, Kind] = {
    "llamacpp": Kind(
        "llamacpp", "tiny_gguf.py", "tiny.gguf", _llamacpp, end="done", tells=False, by_path=False, refused=TOO_LONG
    ),
    "transformers": Kind(
        "transformers",
        "tiny_llama.py",
        "tiny",
        _transformers,
        end="finish",
        tells=True,
        by_path=True,
        refused=STRANGE,
    ),
}


@dataclass
class Rented:
    """One engine at work."""

    kind: Kind
    process: subprocess.Popen[bytes]
    port: int
    log: Path
    weights: Path

    @property
    def model(self) -> str:
        """What requests call it."""
        return str(self.weights) if self.kind.by_path else MODEL

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def used(self) -> float:
        """Seconds of CPU so far."""
        return cpu_seconds(self.process.pid)

    def rests(self, seconds: float = 2.0) -> bool:
        """Whether it does next to nothing for so long."""
        before = self.used()
        time.sleep(seconds)
        return self.used() - before < 0.02 * seconds


def weighed(kind: Kind, python: Path, folder: Path) -> Path:
    """The weights, written by the engine's own libraries."""
    path = folder / kind.file
    subprocess.run([python, ROOT / "scripts" / kind.weigh, path], check=True, capture_output=True, env=_alone(folder))
    return path


@contextmanager
def rented(kind: Kind, python: Path, weights: Path, folder: Path) -> Iterator[Rented]:
    """An engine, once it answers. It ends by its pid."""
    port = free_port()
    log = folder / f"{kind.name}-{port}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(kind.command(python, weights, port), stdout=said, stderr=said, env=_alone(folder))
    try:
        answers(process, f"http://127.0.0.1:{port}/v1/models", log)
        yield Rented(kind, process, port, log, weights)
    finally:
        process.kill()
        process.wait()


def _alone(folder: Path) -> dict[str, str]:
    """No hub, one thread."""
    (folder / "hub" / "hub").mkdir(parents=True, exist_ok=True)  # `transformers serve` lists models there, or fails
    wanted = {"HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return {**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **wanted}


@contextmanager
def routed(folder: Path, engines: Sequence[Rented]) -> Iterator[str]:
    """The address of a `wrp serve` before them, which in the end has said of nothing that it broke."""
    port, admin, log = free_port(), free_port(), folder / "router.log"
    servers = ", ".join(engine.url for engine in engines)
    one = engines[0]
    text = CONFIG.format(model=one.model, end=one.kind.end, port=port, admin=admin, servers=servers, folder=folder)
    (folder / "wrp.yaml").write_text(text)
    command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(folder / "wrp.yaml")]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        answers(process, f"http://127.0.0.1:{port}/readyz", log)
        yield f"http://127.0.0.1:{port}"
        assert until(lambda: counted(admin, "wrp_in_flight") == 0), "a request is still on an engine"
    finally:
        process.terminate()
        assert process.wait(30) == 0
        said_at_last = log.read_text()
    assert "Traceback" not in said_at_last
    assert "never retrieved" not in said_at_last


def answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Returns when it answers there with 200."""
    assert until(lambda: process.poll() is not None or _ok(url), PATIENCE), log.read_text()[-2000:]
    assert process.poll() is None, log.read_text()[-2000:]


def _ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def counted(admin: int, name: str) -> float:
    """A metric of the router, over all its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))


def until(fact: Callable[[], object], within: float = 60.0) -> bool:
    """Whether it comes to be so in time."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.05)
    return False
