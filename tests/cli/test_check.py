"""`wrp check`"""

from __future__ import annotations

import json

from tests.cli.conftest import Wrp


def test_no_problems(wrp: Wrp, config):
    """Says so, exit status 0."""
    path = config()
    assert wrp("check", path) == (0, f"{path}: no problems\n", "")
    assert wrp("check", "--strict", path)[0] == 0


def test_all_errors_at_once_with_hints(wrp: Wrp, config):
    """Each with file, line, column, code and what to do; exit status 1."""
    path = config("routs: []\nkeys: [{tenant: a}]\n", listen="0.0.0.0:8080")
    code, out, err = wrp("check", path)
    assert (code, err) == (1, "")
    assert f"{path}:21:1 E010" in out
    assert 'did you mean "routes"?' in out
    assert "E044 a key has either key or sha256; this one has neither" in out
    assert out.endswith("2 errors\n")


def test_warnings_count_when_strict(wrp: Wrp, config):
    """Otherwise they are only said."""
    path = config().replace("wrp.yaml", "wrp.yaml")
    with open(path, "a") as file:
        file.write("cache: {semantic: false, categories: {law: {ttl: 1h}}}\n")
    code, out, _ = wrp("check", path)
    assert code == 0
    assert "W005" in out
    assert wrp("check", "--strict", path)[0] == 1


def test_json(wrp: Wrp, config):
    """For programs: the same problems, with severity."""
    code, out, _ = wrp("check", "--json", config("routs: []\n"))
    told = json.loads(out)
    assert code == 1
    assert (told["errors"], told["warnings"]) == (1, 0)
    problem = told["problems"][0]
    assert (problem["code"], problem["severity"], problem["line"]) == ("E010", "error", 21)
    assert "routes" in problem["hint"]


def test_a_file_that_is_not_there(wrp: Wrp, tmp_path):
    """A problem like any other."""
    code, out, _ = wrp("check", str(tmp_path / "none.yaml"))
    assert code == 1
    assert "E007" in out
    assert "No such file or directory" in out


def test_costs(wrp: Wrp, config):
    """What each signal takes here, after what is wrong; for programs in the same object."""
    path = config()
    code, out, _ = wrp("check", path, "--costs")
    assert code == 0
    assert out.startswith(f"{path}: no problems\ncosts here")
    assert "  proof  " in out
    told = json.loads(wrp("check", path, "--costs", "--json")[1])
    assert (told["errors"], [*told["costs"]["signals"]]) == (0, ["proof"])
    assert 0 < told["costs"]["signals"]["proof"]["typical"] < 1


def test_signals_that_cannot_be_built(wrp: Wrp, config, tmp_path):
    """Say so, with exit status 1; a file that is broken already is not even tried."""
    path = config(f"embedder: {{tier: model, model: {tmp_path}/none}}\ncache: {{}}\n")
    code, out, err = wrp("check", path, "--costs")
    assert (code, "costs" in out) == (1, False)
    assert err.startswith("wrp: cannot build the signals: ")
    assert "wrp train embedding --export" in err
    assert wrp("check", config("routs: []\n"), "--costs")[0] == 1
