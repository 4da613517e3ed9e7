"""Requests from bytes, strictly; heads to bytes, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes.http1 import Malformed, Parser, Request, chunk, head

SIZED = b"POST /v1/x?a=b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A:  2 \r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"


def parsed(data: bytes, piece: int = 0, **more) -> list[Request]:
    parser, requests = Parser(**more), []
    for at in range(0, len(data), piece or len(data)):
        parser.feed(data[at : at + (piece or len(data))])
        while (request := parser.next()) is not None:
            requests.append(request)
    assert parser.idle
    return requests


@pytest.mark.parametrize("piece", [0, 1, 7])
def test_requests_in_pieces_of_any_size(piece):
    """Sized, chunked and bodyless, one after the other."""
    sized, chunked, bare = parsed(SIZED + CHUNKED + b"GET /health HTTP/1.0\r\n\r\n", piece)
    assert sized == Request(
        "POST", "/v1/x?a=b", {"host": "h", "x-a": "1, 2", "content-length": "5"}, b"hello", keep_alive=True
    )
    assert (chunked.body, chunked.keep_alive) == (b"hello", True)
    assert (bare.method, bare.body, bare.keep_alive) == ("GET", b"", False)


@pytest.mark.parametrize(
    ("version", "connection", "stays"),
    [("1.1", "close", False), ("1.1", "Keep-Alive", True), ("1.0", "keep-alive", True), ("1.0", "x", False)],
)
def test_keep_alive(version, connection, stays):
    """1.1 stays unless told, 1.0 closes unless told."""
    (request,) = parsed(f"GET / HTTP/{version}\r\nConnection: {connection}\r\n\r\n".encode())
    assert request.keep_alive is stays


def test_expect_100_is_known_until_the_body_is_there():
    """The connection asks, and answers it once."""
    parser = Parser()
    parser.feed(SIZED[:-5].replace(b"X-A: 1", b"Expect: 100-continue"))
    assert parser.next() is None
    assert parser.continues
    assert not parser.idle
    parser.feed(b"hello")
    assert parser.next() is not None
    assert not parser.continues


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET http://h/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 1025, 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n", 413),
        (b"x" * 66_000, 431),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 66_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_refused(data, status):
    """With the status to answer, and nothing read after it."""
    parser = Parser(body_limit=1000)
    with pytest.raises(Malformed) as told:  # noqa: PT012 - feeding may refuse as well as reading
        parser.feed(data[:66_000])
        parser.next()
        parser.feed(data[66_000:])
    assert told.value.status == status


def test_the_buffer_is_bounded():
    """Bytes nobody could want end the connection."""
    with pytest.raises(Malformed, match="more than one request may be"):
        Parser(body_limit=10).feed(b"x" * 70_000)


def test_unfinished_chunks_wait():
    """Neither a half size line nor a half chunk is an error."""
    parser = Parser()
    parser.feed(CHUNKED[:-9])
    assert parser.next() is None
    parser.feed(CHUNKED[-9:])
    assert parser.next().body == b"hello"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    """Never anything but Malformed."""
    parser = Parser()
    try:
        parser.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
        parser.next()
        parser.feed(data)
        parser.next()
    except Malformed:
        pass


def test_heads_and_chunks():
    """Reason phrases where there are any; any status line that is asked for."""
    assert head(200, [("a", "b")]) == b"HTTP/1.1 200 OK\r\na: b\r\n\r\n"
    assert head(529, []) == b"HTTP/1.1 529 Unknown\r\n\r\n"
    assert head(200, [], "HTTP/1.1 OK") == b"HTTP/1.1 OK\r\n\r\n"
    assert chunk(b"x" * 16) == b"10\r\n" + b"x" * 16 + b"\r\n"
