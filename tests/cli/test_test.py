"""`wrp test`"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Wrp

GOOD = """\
tests:
  - ask: Prove that there are infinitely many primes.
    expect: {route: thinking, pool: large, signals: {proof: true}}
"""
BAD = GOOD + "  - {ask: hello, expect: {route: thinking}}\n"


def test_all_hold(wrp: Wrp, config):
    """Exit status 0; routes that no test reaches are named."""
    code, out, _ = wrp("test", config(GOOD))
    assert code == 0
    assert out == (
        "ok   Prove that there are infinitely many primes.  -> thinking\n"
        "1 passed, 0 failed\nroutes reached: 1 of 2\n       not reached: everything-else\n"
    )


def test_one_does_not(wrp: Wrp, config):
    """Exit status 1, and what differs."""
    code, out, _ = wrp("test", config(BAD))
    assert code == 1
    assert "FAIL hello  -> everything-else\n       route: expected 'thinking', got 'everything-else'\n" in out
    assert "1 passed, 1 failed" in out


def test_json(wrp: Wrp, config):
    """The same for programs."""
    code, out, _ = wrp("test", "--json", config(BAD))
    told = json.loads(out)
    assert code == 1
    assert [test["route"] for test in told["tests"]] == ["thinking", "everything-else"]
    assert told["coverage"] == {"thinking": 1, "everything-else": 1}


def test_a_test_that_the_gateway_would_refuse(wrp: Wrp, config):
    """A failure like any other, and the next is asked all the same."""
    code, out, _ = wrp("test", config(GOOD + '  - {ask: hello, model: "", expect: {}}\n'))
    assert code == 1
    assert "FAIL hello" in out
    assert "refused: `model` must be" in out


def test_none_there(wrp: Wrp, config):
    """Says where they go."""
    assert wrp("test", config()) == (0, "no tests in this file: add some under `tests:`\n", "")


def test_a_broken_file(wrp: Wrp, config):
    """Is told and not run."""
    code, out, err = wrp("test", config("routs: []\n"))
    assert (code, out) == (1, "")
    assert "E010" in err


def test_a_tier_that_is_missing(config, tmp_path):
    """Where the file insists on the embedding model and it is not installed: said, exit status 1."""
    path = config("embedder: {tier: model}\ncache: {categories: {default: {}}}\n")
    for name in ("onnxruntime", "tokenizers"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not here')")
    command = [sys.executable, "-m", "wrp_router", "test", path]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, env=env)
    assert done.returncode == 1
    assert "wrp-router[model]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_card_that_is_not_there(wrp: Wrp, config, tmp_path):
    """Exit status 1 and its name, as for a signal that cannot be built; `wrp check --costs` finds it, too."""
    use = f"{{kind: quality, pools: [small, large], card: {tmp_path}/none.npz}}"
    path = config(GOOD)
    file = Path(path)
    file.write_text(file.read_text().replace("{kind: static, pools: [small]}", use))
    for command in (("test", path), ("check", path, "--costs")):
        code, _, err = wrp(*command)
        assert (code, "none.npz" in err.splitlines()[-1], err.splitlines()[-1][:5]) == (1, True, "wrp: ")
