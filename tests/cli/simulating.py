"""What the tests of `wrp simulate` share: a small trace, and the command on it."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import Wrp

Asked = Callable[..., tuple[str, ...]]


def traced(folder: Path) -> str:
    """Eighty requests in Mooncake's format, eight a second, many of which begin alike."""
    rng, rows = random.Random(1), []
    for number in range(80):
        blocks = [rng.randrange(4), *range(100 + number * 4, 101 + number * 4 + rng.randrange(3))]
        size = 512 * len(blocks) - rng.randrange(500)
        time = number * 125 + rng.randrange(7) * (0 < number < 79)
        row = {"timestamp": time, "input_length": size, "output_length": 4, "hash_ids": blocks}
        rows.append(json.dumps(row))
    path = folder / "trace.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return str(path)


def asking(config: str, trace: str) -> Asked:
    """The command on that trace: two servers, one trial, two policies beside the yardsticks."""

    def command(*more: str, policies: str = "p2c,adaptive") -> tuple[str, ...]:
        usual = ("--trace", trace, "--seeds", "1", "--servers", "2", "--policy", policies)
        return ("simulate", config, *usual, *more)

    return command


def told(wrp: Wrp, *arguments: str) -> dict[str, Any]:
    """What it says as JSON, with nothing beside it."""
    code, out, err = wrp(*arguments, "--json")
    assert (code, err) == (0, "")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    found: dict[str, Any] = json.loads(out, parse_constant=refuse)
    return found
