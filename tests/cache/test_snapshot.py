"""Graphs as bytes, whole and damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.cache.makers import clustered, near
from tests.cache.snapshots import DIM, PLACE, built, claimed, data_of, name, picture, resigned
from wrp_cache.hnsw import Graph, HnswIndex, available
from wrp_cache.snapshot import Header, SnapshotDoubtful, place_of, read, write

pytestmark = pytest.mark.skipif(not available(), reason="usearch is not installed")
ROOT = Path(__file__).parents[2]


def test_it_comes_back_under_new_labels() -> None:
    """Every vector is found under the label that claims it, also after more came and went; nobody is asked twice."""
    before = built()
    remains = read(data_of(before), PLACE, "mini")
    after = claimed(remains, before)
    assert remains.waiting == 0
    assert len(after) == len(before)
    for query in clustered(30, DIM, 9):
        wanted = [(label + 1000, near) for label, near in before.search(query, 4)]
        assert after.search(query, 4) == [(label, pytest.approx(near, abs=1e-5)) for label, near in wanted]
    fresh = clustered(200, DIM, 11)
    for label, vector in enumerate(fresh):
        after.add(label, vector)
    assert all(after.search(vector, 1)[0][0] == label for label, vector in enumerate(fresh))


def test_what_nobody_has_claimed_is_not_found() -> None:
    """Neither before it is claimed, nor when it is abandoned; then its row is taken again."""
    before = built()
    remains = read(data_of(before), PLACE, "mini")
    graph = remains.graph
    row = remains.row(name(7), before.vector(7))
    assert row is not None
    graph.claim(row, 7)
    assert {label for query in clustered(30, DIM, 9) for label, _ in graph.search(query, 50)} <= {7}
    assert graph.search(before.vector(7), 1)[0][0] == 7
    assert remains.waiting == 294
    assert len(list(remains.abandon())) == 294
    assert (len(graph), remains.waiting, graph.span) == (1, 0, before.span)
    graph.add(2, before.vector(9))
    assert (graph.span, graph.search(before.vector(9), 1)[0][0]) == (before.span, 2)


def test_only_its_own_vector_is_claimed_and_once() -> None:
    """An entry that has another vector now, or another name, has to bring it."""
    before = built()
    remains = read(data_of(before), PLACE, "mini")
    assert remains.row(name(7), near(3, 0.5, DIM)) is None
    assert remains.row(b"x" * 16, before.vector(7)) is None
    assert remains.row(bytes(16), before.vector(7)) is None
    assert remains.has(name(7))
    assert remains.row(name(7), before.vector(7)) is not None
    assert not remains.has(name(7))
    assert remains.row(name(7), before.vector(7)) is None
    assert remains.nbytes == remains.graph.nbytes + remains.beside > remains.graph.nbytes


def test_a_snapshot_for_another() -> None:
    """Another place, embedder or key is refused, and a name that stands for two vectors."""
    data = data_of(built(), b"secret")
    with pytest.raises(SnapshotDoubtful, match="place is '0123', not 'abcd'"):
        read(data, "abcd", "mini", b"secret")
    with pytest.raises(SnapshotDoubtful, match="embedder is 'mini', not 'maxi'"):
        read(data, PLACE, "maxi", b"secret")
    with pytest.raises(SnapshotDoubtful, match="another key"):
        read(data, PLACE, "mini")
    with pytest.raises(SnapshotDoubtful, match="two vectors"):
        read(resigned(data_of(built()), {}, swap=(0, bytes(32))), PLACE, "mini")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 1}, "format is 1, not 2"),
        ({"metric": "ip"}, "metric"),
        ({"byte_order": "middle"}, "byte order"),
        ({"library": "usearch 2.21.0"}, "library"),
        ({"count": 1 << 40}, "do not make a whole"),
        ({"count": -1}, "do not make a whole"),
        ({"span": 1 << 40}, "do not make a whole"),
        ({"dim": 0}, "do not make a whole"),
        ({"size": 7}, "where 7 were written"),
        ({"digest": ""}, "payload is damaged"),
        ({"span": "many"}, "of another make"),
    ],
)
def test_headers_that_were_signed_and_are_wrong(change: dict[str, object], why: str) -> None:
    """A digest that is right does not make up for a header that is not."""
    with pytest.raises(SnapshotDoubtful, match=why):
        read(resigned(data_of(built()), change), PLACE, "mini")


def test_rows_that_the_graph_does_not_hold() -> None:
    """A graph with other rows than its list is refused, and so is one that the library itself refuses."""
    graph = built()
    saved = graph.saved()
    rows = np.array([row for row in range(graph.span) if graph.at(row) is not None], np.uint32)
    fresh = HnswIndex(DIM, graph.shape)
    assert not fresh.restore(saved, 3, rows)
    assert not fresh.restore(saved, graph.span, rows[1:])
    assert not fresh.restore(saved, graph.span, np.concatenate((rows[1:], rows[1:2])))
    with pytest.raises(SnapshotDoubtful, match="other rows"):
        read(resigned(data_of(graph), {}, swap=(16 * 295, b"\x00\x00\x00\x00")), PLACE, "mini")
    with pytest.raises(SnapshotDoubtful, match="library refuses"):
        read(resigned(data_of(graph), {}, swap=(20 * 295, bytes(400))), PLACE, "mini")


@pytest.mark.parametrize("data", [b"", b"WRPINDEX", b"WRPINDEX" + bytes(100), b"x" * 500])
def test_no_snapshot_at_all(data: bytes) -> None:
    """Other bytes, or too few of them, are no snapshot."""
    with pytest.raises(SnapshotDoubtful):
        read(data, PLACE, "mini")


def test_names_are_sixteen_bytes_long() -> None:
    """A name of another length would shift all that follow."""
    taken = msgspec.structs.replace(picture(built()), names=bytearray(b"short"))
    with pytest.raises(ValueError, match="16 bytes"):
        b"".join(write(taken, PLACE, "mini"))


def test_an_empty_graph() -> None:
    """Nothing comes back as nothing."""
    assert read(data_of(HnswIndex(DIM, Graph())), PLACE, "mini").waiting == 0


def test_others_have_a_turn() -> None:
    """Saving and restoring call again and again, for as long as they take."""
    turns: list[int] = []
    index = built(2000)
    saved = index.saved(lambda: turns.append(0))
    rows = np.array([row for row in range(index.span) if index.at(row) is not None], np.uint32)
    assert HnswIndex(DIM, index.shape).restore(saved, index.span, rows, lambda: turns.append(1))
    assert min(turns.count(0), turns.count(1)) >= 30


def test_the_header_is_json() -> None:
    """It can be read with any tool."""
    data = data_of(built())
    length = int.from_bytes(data[8:12], "little")
    assert msgspec.json.decode(data[44 : 44 + length], type=Header).count == 295


def test_places_give_nothing_away() -> None:
    """Each has another name under another key, and no two share one."""
    places = [("a", b"p", "c"), ("ap", b"", "c"), ("a", b"pc", ""), ("\ud800", b"p", "c")]
    assert len({place_of(where, key) for where in places for key in (b"1", b"2")}) == 8


@pytest.mark.fault("C3")
def test_a_thousand_corruptions() -> None:
    """All are found before native code sees them: no crash (of a process of its own) and no wrong answer."""
    command = [sys.executable, "-m", "tests.cache.snapshots", "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"tried": 1000, "doubtful": 1000, "wrong": 0}
