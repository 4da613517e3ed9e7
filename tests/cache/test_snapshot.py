"""Indexes as bytes, whole and damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.cache.makers import clustered
from tests.cache.snapshots import DIM, built, name, resigned
from wrp_cache.hnsw import HnswIndex, available
from wrp_cache.index import FlatIndex
from wrp_cache.snapshot import Header, SnapshotDoubtful, read, write

KINDS = ["flat", pytest.param("hnsw", marks=pytest.mark.skipif(not available(), reason="usearch is not installed"))]
ROOT = Path(__file__).parents[2]


def numbered(one: bytes) -> int:
    """The label that `name` was made of."""
    return int.from_bytes(one, "big")


def data_of(kind: str, key: bytes = b"") -> bytes:
    return b"".join(write(built(kind), DIM, "mini", name, key))


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_under_new_labels(kind: str) -> None:
    """Every vector is found under the label that its name has now, also after more came and went."""
    before, after = built(kind), read(data_of(kind), DIM, "mini", lambda one: numbered(one) + 1000)
    assert (type(after), len(after)) == (type(before), len(before))
    for query in clustered(30, DIM, 9):
        wanted = [(label + 1000, near) for label, near in before.search(query, 4)]
        assert after.search(query, 4) == [(label, pytest.approx(near, abs=1e-5)) for label, near in wanted]
    fresh = clustered(200, DIM, 11)
    for label, vector in enumerate(fresh):
        after.add(label, vector)
    assert all(after.search(vector, 1)[0][0] == label for label, vector in enumerate(fresh))


@pytest.mark.parametrize("kind", KINDS)
def test_documents_that_are_gone_are_not_found(kind: str) -> None:
    """A name without a label has no vector any more; its row is taken again."""
    index = read(data_of(kind), DIM, "mini", lambda one: numbered(one) if numbered(one) % 2 else None)
    found = {label for query in clustered(30, DIM, 9) for label, _ in index.search(query, 50)}
    assert found
    assert all(label % 2 for label in found)
    assert len(index) == sum(label % 2 for label in range(5, 300))
    span = index.span
    index.add(2, clustered(1, DIM, 4)[0])
    assert kind == "flat" or index.span == span


@pytest.mark.parametrize("kind", KINDS)
def test_a_snapshot_for_another(kind: str) -> None:
    """Another dimension, embedder or key is refused, and a name that stands for two vectors."""
    data = data_of(kind, b"secret")
    with pytest.raises(SnapshotDoubtful, match="dimension is 16, not 12"):
        read(data, 12, "mini", numbered, b"secret")
    with pytest.raises(SnapshotDoubtful, match="embedder is 'mini', not 'maxi'"):
        read(data, DIM, "maxi", numbered, b"secret")
    with pytest.raises(SnapshotDoubtful, match="another key"):
        read(data, DIM, "mini", numbered)
    with pytest.raises(SnapshotDoubtful, match="two vectors"):
        read(data, DIM, "mini", lambda one: 1, b"secret")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 2}, "format is 2, not 1"),
        ({"metric": "ip"}, "metric"),
        ({"byte_order": "middle"}, "byte order"),
        ({"library": "usearch 2.21.0"}, "library"),
        ({"count": 1 << 40}, "do not make a whole"),
        ({"count": -1}, "do not make a whole"),
        ({"kind": "magic"}, "library|whole"),
        ({"size": 7}, "where 7 were written"),
        ({"digest": ""}, "payload is damaged"),
        ({"span": "many"}, "of another make"),
    ],
)
def test_headers_that_were_signed_and_are_wrong(kind: str, change: dict[str, object], why: str) -> None:
    """A digest that is right does not make up for a header that is not."""
    with pytest.raises(SnapshotDoubtful, match=why):
        read(resigned(data_of(kind), change), DIM, "mini", numbered)


@pytest.mark.skipif(not available(), reason="usearch is not installed")
def test_rows_that_the_graph_does_not_hold() -> None:
    """A graph with other rows than its list is refused, and so is one that the library itself refuses."""
    graph = built("hnsw")
    assert isinstance(graph, HnswIndex)
    saved = graph.saved()
    labels = {row: graph.at(row) for row in range(graph.span) if graph.at(row) is not None}
    fresh = HnswIndex(DIM, graph.shape)
    assert not fresh.restore(saved, 3, labels)
    assert not fresh.restore(saved, graph.span, dict(list(labels.items())[1:]))
    with pytest.raises(SnapshotDoubtful, match="other rows"):
        read(resigned(data_of("hnsw"), {}, swap=(16 * 295, b"\x00\x00\x00\x00")), DIM, "mini", numbered)
    with pytest.raises(SnapshotDoubtful, match="library refuses"):
        read(resigned(data_of("hnsw"), {}, swap=(20 * 295, bytes(400))), DIM, "mini", numbered)


def test_a_vector_without_direction() -> None:
    """It is refused, though the digest is right."""
    with pytest.raises(SnapshotDoubtful, match="cannot be compared"):
        read(resigned(data_of("flat"), {}, swap=(20 * 295, b"\xff" * 64)), DIM, "mini", numbered)


@pytest.mark.parametrize("data", [b"", b"WRPINDEX", b"WRPINDEX" + bytes(100), b"x" * 500])
def test_no_snapshot_at_all(data: bytes) -> None:
    """Other bytes, or too few of them, are no snapshot."""
    with pytest.raises(SnapshotDoubtful):
        read(data, DIM, "mini", numbered)


def test_names_are_sixteen_bytes_long() -> None:
    """A name of another length would shift all that follow."""
    with pytest.raises(ValueError, match="16 bytes"):
        b"".join(write(built("flat"), DIM, "mini", lambda label: b"short"))


def test_an_empty_index() -> None:
    """Nothing comes back as nothing."""
    data = b"".join(write(FlatIndex(DIM), DIM, "mini", name))
    assert len(read(data, DIM, "mini", numbered)) == 0


def test_the_header_is_json() -> None:
    """It can be read with any tool."""
    data = data_of("flat")
    length = int.from_bytes(data[8:12], "little")
    assert msgspec.json.decode(data[44 : 44 + length], type=Header).count == 295


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_corruptions(kind: str) -> None:
    """All are found before native code sees them: no crash (of a process of its own) and no wrong answer."""
    command = [sys.executable, "-m", "tests.cache.snapshots", kind, "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"tried": 1000, "doubtful": 1000, "wrong": 0}
