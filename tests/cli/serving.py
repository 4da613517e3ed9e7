"""`wrp serve` under test: as a process of its own, or in this one until a thread has talked to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Talk = Callable[[int], object]


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def chat(port: int, model: str = "auto") -> tuple[int, dict[str, str], Any]:
    """One chat completion over plain HTTP: status, headers, decoded body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hello"}]})
    connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    try:
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.load(answer)
    finally:
        connection.close()


@contextmanager
def talked_to(port: int, talk: Talk, *, hurry: bool = False) -> Iterator[list[object]]:
    """While the block serves at `port` in the main thread, another talks to it and then asks it to end. What `talk`
    gave is in the list afterwards. `hurry` asks once more as soon as it drains, where that takes seconds."""
    told: list[object] = []

    def run() -> None:
        if not listens(port):
            return
        try:
            told.append(talk(port))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            if hurry and drains(port):
                os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=run)
    thread.start()
    yield told
    thread.join()


def listens(port: int, within: float = 20.0) -> bool:
    """Whether somebody comes to listen there in time."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.005)
    return False


def drains(port: int, within: float = 20.0) -> bool:
    """Whether it says in time that it is not ready any more; False once it is gone."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 503:
                return True
        except OSError:
            return False
        finally:
            connection.close()
    return False


@contextmanager
def process(*arguments: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], int, list[str]]]:
    """`wrp serve` with these arguments: the process, its port, and what it said up to its address."""
    command = [sys.executable, "-m", "wrp_router", "serve", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **env}) as running:
        assert running.stderr is not None
        said: list[str] = []
        port = None
        for line in running.stderr:
            said.append(line)
            port = re.search(r"listens at http://127\.0\.0\.1:(\d+)/v1", line)
            if port:
                break
        assert port, "".join(said)
        try:
            yield running, int(port[1]), said
        finally:
            running.kill()
