"""A part of a bench in a process of its own, whose lines on standard error are a stage and how much of it is done."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any


def told(command: list[str], progress: Callable[[str, float], object], what: str) -> Any:
    """The JSON that it prints. Ends the bench with its last words where it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        said = []
        for line in process.stderr:
            stage, _, share = line.strip().rpartition(" ")
            try:
                progress(stage, float(share))
            except ValueError:
                said.append(line)
        out = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"{what} failed:\n{''.join(said[-8:])}")
    return json.loads(out)
