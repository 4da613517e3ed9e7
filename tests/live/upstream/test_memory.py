"""The head of an engine's last answer: what is known again, and what is left to the parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.upstream.memory import Remembered, remember
from wrp_router.live.upstream.words import Head

HEAD = Head(200, [("content-type", "text/plain"), ("content-length", "3"), ("x-a", "b")], "text/plain")


def answer(length: str = "3", body: bytes = b"abc", status: str = "200 OK") -> bytes:
    """An answer as an engine sends it."""
    lines = f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\nContent-Length: {length}\r\nx-a: b\r\n\r\n"
    return lines.encode() + body


@pytest.fixture
def known() -> Remembered:
    """What is remembered of such an answer."""
    found = remember(answer(), HEAD)
    assert found is not None
    return found


def test_the_head_without_its_length(known: Remembered) -> None:
    """Content-length is the one thing in which the next may differ."""
    assert known.head == Head(200, [("content-type", "text/plain"), ("x-a", "b")], "text/plain")
    assert known.before.endswith(b"Content-Length: ")
    assert known.after == b"\r\nx-a: b\r\n\r\n"


@given(length=st.integers(0, 999_999_999), size=st.integers(0, 40))
def test_the_same_head_with_another_length(length: int, size: int) -> None:
    """Whatever its length, if no more came than that."""
    known = remember(answer(), HEAD)
    assert known is not None
    data = answer(str(length), b"x" * size)
    found = known.length_in(data)
    assert found == ((len(data) - size, length) if size <= length else None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        answer()[:20],
        answer()[:-8],
        answer(status="201 Created"),
        answer("+3"),
        answer(""),
        answer("0x3"),
        answer("3 "),
        answer("3, 3"),
        answer("1234567890"),
        answer().replace(b"x-a: b", b"x-a: c"),
        answer().replace(b"x-a: b\r\n", b"x-a: b\r\nContent-Length: 3\r\n"),
        answer().replace(b"x-a: b\r\n", b"transfer-encoding: chunked\r\n"),
    ],
)
def test_anything_else_is_for_the_parser(known: Remembered, data: bytes) -> None:
    """Another head, half a head, a length that is none, a surplus."""
    assert known.length_in(data) is None


@given(st.binary(max_size=64), st.integers(0, 120), st.integers(0, 64))
def test_only_the_length_may_differ(junk: bytes, at: int, gone: int) -> None:
    """Whatever is known again is, length aside, byte for byte what was remembered."""
    known = remember(answer(), HEAD)
    assert known is not None
    data = answer()[:at] + junk + answer()[at + gone :]
    found = known.length_in(data)
    if found is not None:
        start, length = found
        head = data[:start]
        assert head == known.before + head[len(known.before) : -len(known.after)] + known.after
        assert int(head[len(known.before) : -len(known.after)]) == length


@pytest.mark.parametrize(
    ("data", "head"),
    [
        (answer(), None),
        (answer(status="404 Not Found"), Head(404, HEAD.headers)),
        (b"HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n" + answer(), HEAD),
        (answer()[:30], HEAD),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", Head(200, [("transfer-encoding", "chunked")])),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", Head(200, [("transfer-encoding", "chunked")])),
        (answer().replace(b"x-a: b", b"x-a: " + b"b" * 5000), HEAD),
        (answer("0000000003"), HEAD),
    ],
)
def test_what_is_not_remembered(data: bytes, head: Head | None) -> None:
    """No answer, an error, hints before the answer, a head in pieces, chunks, a long head, a strange length."""
    assert remember(data, head) is None
