"""What the command line's tests share: a configuration in a file, and an engine in a process of its own."""

from __future__ import annotations

import gzip
import json
import logging
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wrp_router.cli import main

Told = tuple[int, str, str]
Wrp = Callable[..., Told]
Asked = Callable[..., tuple[str, ...]]

CONFIG = """\
version: 1
listen: 127.0.0.1:0
pools:
  - name: small
    model: qwen3-8b
    servers: [{engine}]
    price: {{input: 0.05, output: 0.20}}
  - name: large
    model: llama-3.3-70b
    servers: [http://127.0.0.1:8003]
    price: {{input: 0.60, output: 1.20}}
signals:
  proof: {{kind: keyword, words: [prove, theorem]}}
routes:
  - name: thinking
    when: proof && request.tokens < 1000
    use: {{kind: static, pools: [large]}}
  - name: everything-else
    use: {{kind: static, pools: [small]}}
drain: {{notice: 10ms, grace: 1s}}
"""


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands set up logging for their process, which here is everybody's."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)


@pytest.fixture
def wrp(capsys: pytest.CaptureFixture[str]) -> Wrp:
    """Runs a command in this process: exit status, standard output, standard error."""

    def run(*arguments: str) -> Told:
        try:
            code = main(list(arguments))
        except SystemExit as ended:  # argparse: a usage error, --help, --version
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., str]:
    """Writes the configuration, with more lines if wanted, and gives its path."""

    def write(more: str = "", engine: str = "http://127.0.0.1:8001", **changes: str) -> str:
        text = CONFIG.format(engine=engine) + more
        for before, after in changes.items():
            text = text.replace(f"{before}: ", f"{before}: {after} #", 1)
        path = tmp_path / "wrp.yaml"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def trace(tmp_path: Path) -> str:
    """Eighty requests in Mooncake's format, eight a second, many of which begin alike."""
    rng, rows = random.Random(1), []
    for number in range(80):
        blocks = [rng.randrange(4), *range(100 + number * 4, 101 + number * 4 + rng.randrange(3))]
        size = 512 * len(blocks) - rng.randrange(500)
        time = number * 125 + rng.randrange(7) * (0 < number < 79)
        row = {"timestamp": time, "input_length": size, "output_length": 4, "hash_ids": blocks}
        rows.append(json.dumps(row))
    path = tmp_path / "trace.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return str(path)


@pytest.fixture
def asked(config: Callable[..., str], trace: str) -> Asked:
    """The command on that trace: two servers, one trial, two policies beside the yardsticks."""
    file = config()

    def command(*more: str, policies: str = "p2c,adaptive") -> tuple[str, ...]:
        usual = ("--trace", trace, "--seeds", "1", "--servers", "2", "--policy", policies)
        return ("simulate", file, *usual, *more)

    return command


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The address of a fake engine that serves `fake-8b`."""
    command = [sys.executable, "-m", "wrp_router.fakes", "--model", "fake-8b"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
