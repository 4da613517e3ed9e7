"""Where `wrp keys` puts keys: on a server as in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cache.stores.kit import redis_server
from tests.live.test_key_file import PEPPER, made
from wrp_router.accounts.keys import KeyBook
from wrp_router.cli import main
from wrp_router.cli.cupboards import Cupboard, InFile, OnServer
from wrp_router.config import Secret
from wrp_router.config.structs import KeysRedis
from wrp_router.live.issued import Unreadable


def try_out(cupboard: Cupboard) -> None:
    """What both do."""
    _, issued = made(1)
    assert cupboard.load() == KeyBook()
    cupboard.add(issued)
    assert cupboard.load().keys == (issued,)
    revoked = cupboard.revoke(issued.id, 5.0)
    assert (revoked.tenant, revoked.revoked) == ("tenant-1", 5.0)
    assert cupboard.load().keys == (revoked,)
    with pytest.raises(KeyError):
        cupboard.revoke(issued.id, 6.0)


def test_a_file(tmp_path: Path):
    """Named as it is."""
    cupboard = InFile(tmp_path / "keys.json")
    try_out(cupboard)
    assert str(cupboard) == str(tmp_path / "keys.json")


def test_a_server(tmp_path: Path):
    """Named by its URL, in which no password is."""
    with redis_server(tmp_path) as (port, process):
        cupboard = OnServer(KeysRedis(url=f"redis://127.0.0.1:{port}", pepper=Secret(PEPPER)))
        try_out(cupboard)
        assert str(cupboard) == f"redis://127.0.0.1:{port}"
        process.kill()
        process.wait()
        with pytest.raises(Unreadable):
            cupboard.load()


def test_by_the_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Made, listed, revoked; and said where the server is away."""
    config = tmp_path / "wrp.yaml"
    with redis_server(tmp_path) as (port, process):
        config.write_text(
            "version: 1\npools: [{name: p, servers: ['http://127.0.0.1:1']}]\n"
            f"keys_redis: {{url: 'redis://127.0.0.1:{port}', pepper: a pepper of its own 123}}\n"
        )
        assert main(["keys", "create", "-c", str(config), "--tenant", "red", "--json"]) == 0
        id = json.loads(capsys.readouterr().out)["id"]
        assert main(["keys", "revoke", "-c", str(config), id]) == 0
        capsys.readouterr()
        assert main(["keys", "list", "-c", str(config), "--json"]) == 0
        assert [(row["id"], row["state"]) for row in json.loads(capsys.readouterr().out)] == [(id, "revoked")]
        process.kill()
        process.wait()
        assert main(["keys", "list", "-c", str(config)]) == 1
        assert f"the keys on 127.0.0.1:{port}" in capsys.readouterr().err
