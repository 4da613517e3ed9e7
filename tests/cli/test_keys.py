"""`wrp keys`: made, listed, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wrp_router.accounts.keys import KeyRing, fingerprint_of, id_of
from wrp_router.cli import main
from wrp_router.live.key_file import load

PEPPER = "a pepper that is kept elsewhere"


@pytest.fixture(autouse=True)
def pepper(monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever runs it has it."""
    monkeypatch.setenv("WRP_KEY_PEPPER", PEPPER)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "keys.json")


def test_a_key_is_shown_once(file: str, capsys: pytest.CaptureFixture[str]):
    """It opens; the list has its id, and not its secret."""
    assert main(["keys", "create", "--file", file, "--tenant", "red", "--admin", "--expires", "90d"]) == 0
    key = capsys.readouterr().out.strip()
    found = KeyRing(load(Path(file)).keys, PEPPER.encode()).find(key, 1.0)
    assert found is not None
    assert (found.tenant, found.admin) == ("red", True)
    assert main(["keys", "list", "--file", file]) == 0
    listed = capsys.readouterr().out
    assert id_of(key) in listed
    assert key not in listed
    assert found.digest not in listed
    assert listed.splitlines()[1].split()[1:4] == ["red", "admin", "good"]


def test_another_pepper(file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Than that of the keys that are there: the key is made, since a pepper may be on its way out, and that is said."""
    assert main(["keys", "create", "--file", file, "--tenant", "red"]) == 0
    assert "warning" not in capsys.readouterr().err
    monkeypatch.setenv("WRP_KEY_PEPPER", "not that of any router")
    assert main(["keys", "create", "--file", file, "--tenant", "red", "--json"]) == 0
    told = capsys.readouterr()
    assert "and 1 of" in told.err
    ours, theirs = fingerprint_of(b"not that of any router"), fingerprint_of(PEPPER.encode())
    assert f"under the pepper {ours}" in told.err
    assert f"({theirs})" in told.err
    assert json.loads(told.out)["pepper"] == ours
    assert main(["keys", "list", "--file", file]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()[1:]] == [theirs, ours]


def test_a_revoked_key(file: str, capsys: pytest.CaptureFixture[str]):
    """By its public id; a second time there is nothing to revoke."""
    assert main(["keys", "create", "--file", file, "--tenant", "red", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["keys", "revoke", "--file", file, made["id"]]) == 0
    assert main(["keys", "revoke", "--file", file, made["id"]]) == 1
    capsys.readouterr()
    assert main(["keys", "list", "--file", file, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["state"], row["role"], "digest" in row) == ("revoked", "tenant", False)
    assert KeyRing(load(Path(file)).keys, PEPPER.encode()).find(made["key"], 1.0) is None


def test_by_the_configuration(tmp_path: Path, file: str, capsys: pytest.CaptureFixture[str]):
    """File and pepper are those that the router has."""
    config = tmp_path / "wrp.yaml"
    pools = "pools: [{name: p, servers: ['http://127.0.0.1:1']}]"
    keys = f"keys_file: {{path: '{file}', pepper: another pepper 123}}\nlog: {{audit: '{file}.audit'}}\n"
    config.write_text(f"version: 1\n{pools}\n{keys}")
    assert main(["keys", "create", "-c", str(config), "--tenant", "red"]) == 0
    key = capsys.readouterr().out.strip()
    assert KeyRing(load(Path(file)).keys, b"another pepper 123").find(key, 1.0) is not None
    assert main(["keys", "revoke", "-c", str(config), id_of(key)]) == 0
    audited = [json.loads(line) for line in Path(f"{file}.audit").read_text().splitlines()]
    assert [(line["event"], line["key"], line["tenant"]) for line in audited] == [
        ("key_created", id_of(key), "red"),
        ("key_revoked", id_of(key), "red"),
    ]
    capsys.readouterr()
    config.write_text(f"version: 1\n{pools}\n")
    assert main(["keys", "list", "-c", str(config)]) == 1
    assert "names no keys_file and no keys_redis" in capsys.readouterr().err


@pytest.mark.parametrize("pepper", ["", "short"])
def test_there_is_no_pepper_by_default(file: str, monkeypatch: pytest.MonkeyPatch, pepper: str):
    """And no short one."""
    monkeypatch.setenv("WRP_KEY_PEPPER", pepper)
    assert main(["keys", "create", "--file", file, "--tenant", "red"]) == 1
    assert not Path(file).exists()


def test_a_damaged_file_is_left_as_it_is(file: str, capsys: pytest.CaptureFixture[str]):
    """Nothing is written over what cannot be read."""
    Path(file).write_text("precious")
    assert main(["keys", "create", "--file", file, "--tenant", "red"]) == 1
    assert Path(file).read_text() == "precious"
    assert "is no file of keys" in capsys.readouterr().err


def test_a_file_that_is_not_there(file: str, capsys: pytest.CaptureFixture[str]):
    """Is none without keys: its name is written wrongly."""
    assert main(["keys", "list", "--file", file]) == 1
    assert capsys.readouterr() == ("", f"wrp: {file}: No such file or directory\n")


def test_a_key_that_may_less_than_it_gets(file: str, capsys: pytest.CaptureFixture[str]):
    """Is refused, as it is in a configuration."""
    priorities = ("--priority", "critical", "--max-priority", "default")
    assert main(["keys", "create", "--file", file, "--tenant", "red", *priorities]) == 1
    assert "--max-priority default is below --priority critical" in capsys.readouterr().err
    assert not Path(file).exists()
