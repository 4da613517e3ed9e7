"""Candidates that begin with what was learned."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from tests.cli.conftest import Wrp
from tests.policies.makers import facts, outcome
from tests.replaying.makers import text, world, written
from wrp_policies import Plan
from wrp_policies.selection import Elo
from wrp_router.live.remembering import Memories, Memory
from wrp_signals.materials import Materials

POOLS = ("small", "large")
ROUTES = "routes:\n  - {name: all, use: {kind: elo, pools: [small, large], placement: 0, floor: 0}}\n"


def knowing(good: str) -> bytes:
    """What a policy knows that heard good of one pool, and bad of the other."""
    policy = Elo(pools=POOLS).build(Materials.none())
    for _ in range(60):
        for pool in POOLS:
            policy.judged(facts(), Plan((), ""), outcome(pool, "s"), float(pool == good))
    return policy.state()


@pytest.fixture
def replay(tmp_path: Path) -> tuple[str, ...]:
    """Arguments, but for the file of what was learned."""
    (tmp_path / "now.yaml").write_text(text())
    (tmp_path / "new.yaml").write_text(ROUTES)
    log = written(tmp_path / "log.jsonl", world(600))
    files = ("-c", str(tmp_path / "now.yaml"), "--policy", str(tmp_path / "new.yaml"))
    return ("replay", "--log", log, *files, "--json", "--state")


def kept(tmp_path: Path, state: bytes, kind: str = "elo", route: str = "all", old: bool = True) -> str:
    """The file, from before the log began."""
    path = tmp_path / "learned.json"
    path.write_bytes(msgspec.json.encode(Memories({route: Memory(kind, state)})))
    if old:
        os.utime(path, (0, 0))
    return str(path)


@pytest.mark.parametrize("good", POOLS)
def test_it_begins_with_what_was_learned(wrp: Wrp, replay: tuple[str, ...], tmp_path: Path, good: str) -> None:
    """Of routes of that name and kind; nothing is to be warned of where that was before."""
    _, out, err = wrp(*replay, kept(tmp_path, knowing(good)))
    told = json.loads(out)
    (shares,) = [one for name, one in told.items() if name in ("shares", "first_choices")]
    assert [pool for pool, (_, then) in shares.items() if then == 1.0] == [good]
    assert not [one for one in told["warnings"] if "learned.json" in one]
    assert err == ""


def test_it_may_have_learned_from_these_rows(wrp: Wrp, replay: tuple[str, ...], tmp_path: Path) -> None:
    """Which is said: a log must not praise what it taught."""
    _, out, _ = wrp(*replay, kept(tmp_path, knowing("large"), old=False))
    assert any("may have been learned from these very rows" in one for one in json.loads(out)["warnings"])


@pytest.mark.parametrize(
    ("kind", "route", "state", "why"),
    [
        ("elo", "other", knowing("large"), "knows other (elo), and no route of the candidate"),
        ("linucb", "all", knowing("large"), "knows all (linucb), and no route of the candidate"),
        ("elo", "all", b"{", "of route all: Input data was truncated"),
    ],
)
def test_what_cannot_be_taken_up(
    wrp: Wrp, replay: tuple[str, ...], tmp_path: Path, kind: str, route: str, state: bytes, why: str
) -> None:
    """Is an error, and not a candidate that knows nothing."""
    code, out, err = wrp(*replay, kept(tmp_path, state, kind, route))
    assert (code, out) == (2, "")
    assert why in err


def test_a_file_of_something_else(wrp: Wrp, replay: tuple[str, ...], tmp_path: Path) -> None:
    """Or none; and canaries have no candidate."""
    (tmp_path / "odd.json").write_text("[]")
    code, _, err = wrp(*replay, str(tmp_path / "odd.json"))
    assert (code, "is not what a router keeps in learned.file" in err) == (2, True)
    assert wrp(*replay, str(tmp_path / "none.json"))[0] == 2
    canary = [*replay[:3], "--canary", "large", "--state", "x"]
    assert "--state is what a candidate knows" in wrp(*canary)[2]
