"""`wrp serve --workers`: what is opened and said before the supervisor is there, and what workers are told."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Wrp
from wrp_router.cli import parser
from wrp_router.cli.staffing import _again, company_of, first_of
from wrp_router.live.listening import listen
from wrp_router.live.siblings import ALONE
from wrp_router.live.turns import page
from wrp_router.workers.messages import Welcome


@pytest.mark.parametrize(
    "given",
    [
        ["-c", "x.yaml", "--listen", "127.0.0.1:0", "--log-level", "error", "--workers", "3"],
        ["--backend", "http://a:1", "--backend", "http://b:2", "--workers", "1"],
        ["-c", "x.yaml"],
    ],
)
def test_workers_are_told_the_same(given: list[str]):
    """As this command was."""
    options = parser().parse_args(["serve", *given])
    assert parser().parse_args(["serve", *_again(options)]) == options


@pytest.mark.parametrize("number", ["0", "-1", "257", "many"])
def test_numbers_that_are_none(wrp: Wrp, number: str):
    """A usage error."""
    code, _, err = wrp("serve", "-c", "x.yaml", "--workers", number)
    assert code == 2
    assert "1 to 256" in err


def test_an_address_in_use(config, tmp_path: Path):
    """It is said at once, by the command itself."""
    with listen("127.0.0.1", 0) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        command = [sys.executable, "-m", "wrp_router", "serve", "-c", config(), "--listen", address, "--workers", "2"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 1
    assert f"wrp: cannot start: {address}: Address already in use" in done.stderr


def test_a_file_of_answers_is_for_one(wrp: Wrp, config):
    """Where the number comes from the command line, too."""
    path = config("secret: 0123456789abcdef\ncache: {store: {kind: sqlite, path: x.db}, semantic: false}\n")
    code, _, err = wrp("serve", "-c", path, "--workers", "2")
    assert code == 1
    assert "a SQLite file is for one process" in err


def test_what_a_worker_inherits():
    """The sockets, the secret, and its place among those who accept."""
    fd = page()
    with listen("127.0.0.1", 0) as sock:
        number = os.dup(sock.fileno())
        company = company_of(Welcome(1, 2, number, None, fd, 7, b"secret", speaks=False), ALONE, 2)
        assert company.sockets is not None
        with company.sockets[0] as api:
            assert api.getsockname() == sock.getsockname()
        assert (company.sockets[1], company.secret) == (None, b"secret")
        assert company.turns is not None
        assert company.turns.is_mine(3)
        company.turns.close()
    os.close(fd)


async def test_the_first_of_several():
    """Returns when one is set, or was."""
    events = [asyncio.Event(), asyncio.Event()]
    waiting = asyncio.create_task(first_of(*events))
    await asyncio.sleep(0)
    assert not waiting.done()
    events[1].set()
    await asyncio.wait_for(waiting, 10)
    await asyncio.wait_for(first_of(*events), 10)
