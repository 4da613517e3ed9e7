"""Everything that is kept as lines of JSON, and back. It opens no file, and takes in no vector of another embedder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from wrp_cache.cache import Cache
from wrp_cache.types import Entry
from wrp_signals.facts import Vector

VERSION = 1

_Age = Annotated[float, Meta(ge=0.0)]
_Count = Annotated[int, Meta(ge=0)]
_Field = Annotated[str, Meta(pattern=r"\A[ -~]*\Z", max_length=256)]  # it becomes a line of a head


class Foreign(Exception):
    """The lines are of another kind, version, embedder or secret; the message names both."""


class Broken(ValueError):
    """A line that says no entry."""


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line. `embedder` made the vectors ("": there are none); `keyed` stands for the secret that keys and
    partitions were made with (under another nothing would ever be found); `taken` is when, in UNIX seconds, for
    entries go on growing old in a file."""

    embedder: str
    keyed: str
    taken: float
    version: int = VERSION
    format: Literal["wrp-cache"] = "wrp-cache"


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry; bytes are in base64, the vector is float32, little-endian. `age`: seconds when it was taken."""

    key: bytes
    partition: bytes
    tenant: str
    category: str
    asked: str
    body: bytes
    content_type: _Field
    age: _Age
    embedder: str = ""
    model: str = ""
    served_by: str = ""
    tokens_in: _Count = 0
    tokens_out: _Count = 0
    cost: float = 0.0
    vector: bytes = b""


class Imported(msgspec.Struct, frozen=True):
    """How many entries were kept, how many the cache refused (too old, too large, not worth it, older than what it
    has), and the numbers of the first few lines that say no entry, of `broken` such lines."""

    kept: int
    refused: int
    broken: int
    where: tuple[int, ...]


_encode = msgspec.json.Encoder().encode
_heading = msgspec.json.Decoder(Heading).decode
_line = msgspec.json.Decoder(_Line).decode
_FEW = 5

_CLOCKS = 1.0
"""Seconds by which the age in a file may be off: two clocks were read one after the other."""


def _as_young(cache: Cache, entry: Entry) -> bool:
    """Whether the cache has nothing younger in its place."""
    made = cache.made(entry.key, entry.tenant)
    return made is None or made <= entry.created + _CLOCKS


def line(entry: Entry, vector: Vector | None, now: float) -> bytes:
    """A whole entry as one line, which ends with a newline."""
    fields = msgspec.structs.asdict(entry)
    del fields["created"], fields["begun"]
    packed = b"" if vector is None else vector.astype("<f4").tobytes()
    return _encode(_Line(**fields, age=max(0.0, now - entry.created), vector=packed)) + b"\n"


def entry_of(text: bytes, created: float) -> tuple[Entry, Vector | None]:
    """An entry of age 0 at `created`, with its vector. Raises Broken."""
    try:
        found = _line(text)
        vector = np.frombuffer(found.vector, "<f4").astype(np.float32) if found.vector else None
    except (ValueError, RecursionError) as error:
        raise Broken(str(error)) from None
    fields = msgspec.structs.asdict(found)
    del fields["age"], fields["vector"]
    return Entry(**fields, created=created - found.age), vector


def export(cache: Cache, heading: Heading, now: float) -> Iterator[bytes]:
    """The heading and a line for every entry at hand, in the memory of one. (For documents that are elsewhere walk the
    cache, and fetch them.)"""
    yield _encode(heading) + b"\n"
    for kept in cache.walk(now):
        if kept is not None and not kept.away:
            yield line(kept.entry, kept.vector if heading.embedder else None, now)


def opened(text: bytes, here: Heading) -> Heading:
    """The first line. Raises Foreign if what follows cannot be used `here`."""
    try:
        found = _heading(text)
    except (ValueError, RecursionError) as error:
        raise Foreign(f"no export of a cache: {error}") from None
    if found.version != VERSION:
        raise Foreign(f"version {found.version}, and this is version {VERSION}")
    if found.embedder not in ("", here.embedder):
        raise Foreign(f"vectors of {found.embedder!r}, and {here.embedder!r} embeds here")
    if found.keyed != here.keyed:
        raise Foreign(f"keys of secret {found.keyed!r}, and {here.keyed!r} is the secret here")
    return found


def import_(cache: Cache, lines: Iterable[bytes], here: Heading, now: float) -> Iterator[Imported]:
    """Put what the lines say, one entry a step; the count so far. Raises Foreign at the first step."""
    source = iter(lines)
    gone = max(0.0, here.taken - opened(next(source, b""), here).taken)
    kept = refused = broken = 0
    where: tuple[int, ...] = ()
    for number, text in enumerate(source, 2):
        try:
            entry, vector = entry_of(text, now - gone)
        except Broken:
            broken += 1
            where = where if len(where) == _FEW else (*where, number)
        else:
            put = entry.embedder in ("", here.embedder) and _as_young(cache, entry) and cache.put(entry, vector, now)
            kept, refused = kept + put, refused + (not put)
        yield Imported(kept, refused, broken, where)
    yield Imported(kept, refused, broken, where)
