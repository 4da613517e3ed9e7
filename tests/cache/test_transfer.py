"""Caches as lines of JSON."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from tests.cache.makers import Elsewhere, axis, cache, entry
from wrp_cache import Cache, FlatIndex, Hit
from wrp_cache.transfer import Broken, Foreign, Heading, Imported, entry_of, export, import_, line, opened

HERE = Heading(embedder="minilm", keyed="abc", taken=1000.0)


def last(room: Cache, lines: list[bytes], here: Heading = HERE, now: float = 0.0) -> Imported:
    """The count when all has been imported."""
    return list(import_(room, lines, here, now))[-1]


def test_there_and_back() -> None:
    """What one cache exports another serves, by key and by likeness, and as old as it is."""
    one, other = cache(index=FlatIndex), cache(index=FlatIndex)
    kept = entry(b"\0key", asked="Über €?", body=b"\xff\0", tokens_in=3, cost=0.25, created=40.0)
    one.put(kept, axis(2), 40.0)
    one.put(entry(b"2"), None, 40.0)
    lines = list(export(one, HERE, 50.0))
    assert len(lines) == 3
    later = Heading(embedder="minilm", keyed="abc", taken=1060.0)
    assert last(other, lines, later, 500.0) == Imported(kept=2, refused=0, broken=0, where=())
    hit = other.exact(b"\0key", "a", 500.0)
    assert hit is not None
    assert hit.age == 70.0
    assert hit.entry == msgspec.structs.replace(kept, created=430.0)
    assert isinstance(other.nearest(b"p", "a", axis(2), "Über €?", "default", 500.0), Hit)


def test_what_has_grown_too_old_is_refused() -> None:
    """Entries grow old in files."""
    lines = list(export_of(entry()))
    assert last(cache(), lines, Heading("minilm", "abc", 1000.0 + 3601.0)).refused == 1


def test_nothing_takes_the_place_of_what_is_younger() -> None:
    """An older answer is refused; a younger one replaces what is there."""
    room = cache()
    room.put(entry(body=b"here", created=100.0), None, 200.0)
    for created, body in ((50.0, b"here"), (150.0, b"new")):
        other = cache()
        other.put(entry(body=b"new", created=created), None, 200.0)
        last(room, list(export(other, HERE, 200.0)), now=200.0)
        hit = room.exact(b"k", "a", 200.0)
        assert hit is not None
        assert hit.entry.body == body


def export_of(*entries: object) -> list[bytes]:
    """A file with these entries."""
    room = cache()
    for each in entries:
        room.put(each, None, 0.0)  # type: ignore[arg-type]
    return list(export(room, HERE, 0.0))


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ({"embedder": "other"}, "other"),
        ({"keyed": "xyz"}, "xyz"),
        ({"version": 2}, "version 2"),
        ({"format": "something"}, "no export"),
        ({"more": 1}, "no export"),
        ({"taken": "now"}, "no export"),
    ],
)
def test_what_cannot_be_used_here(heading: dict[str, object], word: str) -> None:
    """Another embedder, secret, version or kind of file is refused whole, by name."""
    given = {"format": "wrp-cache", "version": 1, "embedder": "minilm", "keyed": "abc", "taken": 0.0}
    room = cache()
    with pytest.raises(Foreign, match=word):
        last(room, [json.dumps(given | heading).encode(), *export_of(entry())[1:]])
    assert len(room) == 0


@pytest.mark.parametrize("first", [b"", b"\xff", b"[" * 5000, b"{}"])
def test_no_heading(first: bytes) -> None:
    """Neither an empty file nor rubbish is an export."""
    with pytest.raises(Foreign):
        opened(first, HERE)


def test_without_an_embedder_no_vectors() -> None:
    """A file without vectors goes everywhere."""
    room = cache(index=FlatIndex)
    room.put(entry(), axis(0), 0.0)
    lines = list(export(room, Heading("", "abc", 1000.0), 0.0))
    assert b'"vector"' not in lines[1]
    assert last(cache(), lines).kept == 1


@pytest.mark.parametrize(
    "change",
    [
        {"age": -1.0},
        {"key": "%"},
        {"vector": "AAA="},
        {"tenant": None},
        {"surprise": 1},
        {"tokens_in": -1},
        {"age": None},
        {"content_type": "text/plain\r\nset-cookie: a=b"},
        {"content_type": "text/plain\n"},
    ],
)
def test_a_broken_line_is_told_and_skipped(change: dict[str, object]) -> None:
    """The others are kept."""
    head, one = export_of(entry(b"1"))
    broken = json.dumps(json.loads(one) | change).encode()
    room = cache()
    assert last(room, [head, broken, one, b"rubbish"]) == Imported(kept=1, refused=0, broken=2, where=(2, 4))
    with pytest.raises(Broken):
        entry_of(broken, 0.0)


def test_only_the_first_broken_lines_are_named() -> None:
    """However many there are."""
    found = last(cache(), [export_of()[0], *[b"x"] * 100])
    assert (found.broken, len(found.where)) == (100, 5)


def test_a_vector_that_cannot_be_compared_is_refused() -> None:
    """Nor does an entry of another embedder get in under a heading of this one."""
    head = export_of()[0]
    bad = line(entry(), np.full(3, np.nan, np.float32), 0.0)
    other = line(entry(embedder="other"), None, 0.0)
    assert last(cache(), [head, bad, other]).refused == 2


def test_what_is_away_is_left_out() -> None:
    """Its document is not at hand."""
    room = cache(store=Elsewhere())
    room.put(entry(), None, 0.0)
    assert len(list(export(room, HERE, 0.0))) == 1
