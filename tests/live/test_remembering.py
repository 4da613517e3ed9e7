"""What policies learn outlives the router."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.scene import until
from wrp_policies import Planner
from wrp_router.live.remembering import Remembering


class Counting:
    """A selection that has learned a number."""

    tiers: frozenset[Any] = frozenset()

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def select(self, *args: Any) -> Any:
        raise NotImplementedError

    learn = judged = select

    def state(self) -> bytes:
        return str(self.number).encode() if self.number else b""

    def restore(self, state: bytes) -> None:
        """Raises ValueError for what is no number."""
        self.number = int(state)


def remembering(path: Path, kind: str = "counting", every: float = 60.0, **routes: Counting) -> Remembering:
    """Of these routes' policies."""
    return Remembering(path, {route: Planner(one, {}, kind) for route, one in routes.items()}, every)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "there" / "learned.json"


def test_there_and_back(path: Path) -> None:
    """By route; whoever learned nothing is not in the file, and a route that is new begins afresh."""
    remembering(path, a=Counting(3), b=Counting()).close()
    assert json.loads(path.read_bytes())["routes"].keys() == {"a"}
    a, c = Counting(), Counting()
    remembering(path, a=a, c=c).recall()
    assert (a.number, c.number) == (3, 0)
    assert [one.name for one in path.parent.iterdir()] == ["learned.json"]


def test_another_kind_begins_afresh(path: Path) -> None:
    """What a policy of another kind had learned under the same name means nothing to it."""
    remembering(path, a=Counting(3)).close()
    other = Counting()
    remembering(path, kind="other", a=other).recall()
    assert other.number == 0


def test_nothing_yet(path: Path) -> None:
    """Then nothing is recalled."""
    a = Counting(5)
    remembering(path, a=a).recall()
    assert a.number == 5


def test_what_cannot_be_understood_is_kept(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Beside the file, whether all of it or one route's part is damaged."""
    path.parent.mkdir()
    aside = path.with_name("learned.json.damaged")
    for data in (b"{", b'{"routes": {"a": {"kind": "counting", "state": "eA=="}}}'):
        path.write_bytes(data)
        a = Counting(5)
        remembering(path, a=a).recall()
        assert a.number == 5
        assert aside.read_bytes() == data
        assert "cannot be understood" in caplog.messages[-1]


def test_files_that_cannot_be(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Are complained of, and what runs goes on."""
    path.mkdir(parents=True)
    one = remembering(path, a=Counting(3))
    one.recall()
    one.close()
    assert ["cannot be read" in caplog.messages[0], "cannot be written" in caplog.messages[1]] == [True, True]


def test_what_is_not_new_is_not_written(path: Path) -> None:
    """Its file may be taken away meanwhile."""
    a = Counting(3)
    one = remembering(path, a=a)
    one.close()
    path.unlink()
    one.close()
    assert not path.exists()
    a.number = 4
    one.close()
    assert path.exists()


def test_nobody_else_may_read_it(path: Path) -> None:
    """It follows from what was asked; what is set aside of it, too."""
    remembering(path, a=Counting(3)).close()
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"{")
    remembering(path, a=Counting()).recall()
    assert path.with_name("learned.json.damaged").stat().st_mode & 0o077 == 0


def test_two_processes_with_one_file(path: Path) -> None:
    """Never write into each other's half: what another is writing stays as it is, and what could not be put into place
    is not left behind."""
    path.parent.mkdir()
    theirs = path.with_name("learned.json.1.part")
    theirs.write_bytes(b"half")
    remembering(path, a=Counting(3)).close()
    assert theirs.read_bytes() == b"half"
    path.unlink()
    path.mkdir()
    remembering(path, a=Counting(3)).close()
    assert sorted(one.name for one in path.parent.iterdir()) == ["learned.json", "learned.json.1.part"]


async def test_written_while_requests_come(path: Path) -> None:
    """Every so often."""
    task = asyncio.create_task(remembering(path, every=0.001, a=Counting(3)).run())
    await until(path.exists)
    task.cancel()
