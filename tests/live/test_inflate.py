"""Answers that came compressed although nobody asked for it."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

from wrp_router.live.inflate import encoding_of, inflated
from wrp_router.live.upstream.words import Broken, Head

BODY = b'{"choices": []}' * 50
PARTS = b"".join([gzip.compress(part, mtime=0) for part in (BODY[:100], b"", BODY[100:])])


def head(encoding: str) -> Head:
    return Head(200, [("content-encoding", encoding)])


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("GZIP", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("gzip", PARTS),
        ("gzip", PARTS + b"\0" * 512),
    ],
)
def test_whole_ones(encoding: str, packed: bytes):
    """Come out as they went in."""
    assert inflated(packed, head(encoding), 10_000) == BODY


def test_what_is_not_compressed():
    """Is left alone."""
    assert inflated(BODY, Head(200, []), 1) is BODY
    assert inflated(BODY, head(""), 1) is BODY
    assert inflated(b"", head("br"), 1) == b""
    assert encoding_of(Head(200, [])) == "identity"


def test_members_that_lie_across_pieces():
    """Incompressible ones of any length, whole; the last byte of each may be the first of a piece."""
    noise = random.Random(1).randbytes(400_000)
    for size in (1, 64, 65_000, 65_513, 65_536, 70_000):
        cut = [noise[at : at + size] for at in range(0, min(len(noise), 40 * size), size)]
        packed = b"".join([gzip.compress(part, mtime=0) for part in cut])
        assert inflated(packed, head("gzip"), len(noise)) == b"".join(cut)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("br", b"x"),
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-9]),
        ("gzip", gzip.compress(b"\0" * 1_000_000, mtime=0)),
        ("gzip", gzip.compress(b"\0" * 9_000, mtime=0) * 2),
        ("gzip", PARTS + b"rubbish"),
        ("gzip", PARTS[:-9]),
        ("gzip", gzip.compress(b"", mtime=0) * 5_000),
        ("deflate", zlib.compress(BODY) * 2),
    ],
)
def test_what_cannot_be_had(encoding: str, packed: bytes):
    """Unknown, broken, cut off, or larger than we would hold: the engine's fault, said so."""
    with pytest.raises(Broken) as broken:
        inflated(packed, head(encoding), 10_000)
    assert (broken.value.reason, broken.value.answered) == ("malformed", True)
