"""Which heads are read, what of them, and that no parser could read them otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import RawRequestMessage
from aiohttp.http_parser import HttpRequestParser
from hypothesis import event, given
from hypothesis import strategies as st

from wrp_router.live.lean.head import (
    HEAD_LIMIT,
    START,
    begins_well,
    could_become_one,
    read,
    split_length,
)
from wrp_router.live.limits import FIELD_LIMIT, HEADERS_LIMIT, LINE_LIMIT

LINE = b"POST /v1/chat/completions HTTP/1.1"
PLAIN = [LINE, b"host: router", b"Content-Type: application/json", b"Content-Length: 5"]


def head(*more: bytes, line: bytes = LINE, length: bytes = b"content-length: 5") -> bytes:
    """A head with these lines."""
    return b"\r\n".join([line, b"host: router", *more, *([length] if length else [])])


def test_a_plain_head():
    """Its target, its headers under lower-case names, in order and as a dict, and the length of its body."""
    lines = read(b"\r\n".join([*PLAIN, b"X-Some:  a: b  "]))
    assert lines is not None
    assert (lines.target, lines.length) == ("/v1/chat/completions", 5)
    assert lines.pairs == [
        ("host", "router"),
        ("content-type", "application/json"),
        ("content-length", "5"),
        ("x-some", "a: b"),
    ]
    assert lines.headers == dict(lines.pairs)


READ = {
    "a query": head(line=b"POST /v1/chat/completions?a=%20&b#c HTTP/1.1"),
    "any path below": head(line=b"POST /v1/nothing HTTP/1.1"),
    "an empty header": head(b"x:", b"y:  "),
    "every character of a name": head(b"!#$%&'*+-.^_`|~09azAZ: x"),
    "every character of a value": head(b"x: " + bytes(range(0x20, 0x7F))),
    "keep-alive": head(b"Connection: Keep-Alive"),
    "zeros": head(length=b"content-length: 000000005"),
    "spaces around a length": head(length=b"content-length:   5  "),
    "no space before a value": head(length=b"content-length:5"),
    "the longest line": head(line=b"POST /v1/" + b"a" * (LINE_LIMIT - 18) + b" HTTP/1.1"),
    "the longest field": head(b"x: " + b"a" * (FIELD_LIMIT - 3)),
    "as many as may be": head(*[b"x-%d: y" % at for at in range(HEADERS_LIMIT - 2)]),
}
NOT_READ = {
    "another method": head(line=b"PUT /v1/chat/completions HTTP/1.1"),
    "another path": head(line=b"POST /healthz HTTP/1.1"),
    "HTTP/1.0": head(line=b"POST /v1/chat/completions HTTP/1.0"),
    "two spaces": head(line=b"POST /v1/chat/completions  HTTP/1.1"),
    "a space in the target": head(line=b"POST /v1/chat completions HTTP/1.1"),
    "a space at its end": head(line=LINE + b" "),
    "no version": head(line=b"POST /v1/chat/completions"),
    "a tab in the line": head(line=b"POST /v1/chat\t HTTP/1.1"),
    "a long line": head(line=b"POST /v1/" + b"a" * (LINE_LIMIT - 17) + b" HTTP/1.1"),
    "a long field": head(b"x: " + b"a" * (FIELD_LIMIT - 2)),
    "a long name": head(b"x" * FIELD_LIMIT + b": a"),
    "too many": head(*[b"x-%d: y" % at for at in range(HEADERS_LIMIT - 1)]),
    "no host": b"\r\n".join([LINE, b"content-length: 5"]),
    "no length": head(length=b""),
    "chunks": head(b"transfer-encoding: chunked"),
    "an expectation": head(b"Expect: 100-continue"),
    "an encoding": head(b"content-encoding: identity"),
    "an upgrade": head(b"upgrade: h2c"),
    "the end of the connection": head(b"connection: close"),
    "something for one hop": head(b"connection: keep-alive, x"),
    "an empty connection": head(b"connection:"),
    "a proxy's connection": head(b"proxy-connection: close"),
    "an old web socket": head(b"Sec-WebSocket-Key1: x"),
    "a header twice": head(b"x: a", b"X: a"),
    "two lengths": head(b"Content-Length: 5"),
    "no colon": head(b"x"),
    "no name": head(b": x"),
    "space before the colon": head(b"x : a"),
    "a tab before the colon": head(b"x\t: a"),
    "a tab in a value": head(b"x: a\tb"),
    "a folded header": head(b"x: a", b" b"),
    "a folded length": head(length=b"content-length: 5\r\n 0"),
    "a name in brackets": head(b"x(y): a"),
    "a name that is no ASCII": head("x-ä: a".encode()),
    "a name that would be ASCII in lower case": head("\u212a: a".encode()),
    "a value that is no ASCII": head("x: ä".encode()),
    "NUL": head(b"x: a\x00b"),
    "DEL": head(b"x: a\x7fb"),
    "a bare CR": head(b"x: a\rb"),
    "a bare LF": head(b"x: a\nb"),
    "CR and LF apart": head(b"x: a\rb: c\nd: e"),
    "LF before CR": head(b"x: a\n\rb"),
    "an empty line": head(b""),
}
LENGTHS = [b"+5", b"-5", b"5, 5", b"5 5", b"5_0", b"0x5", b"5.0", b"", b"5\xb2", "٥".encode(), b'"5"', b"1" * 10]


@pytest.mark.parametrize("raw", READ.values(), ids=READ)
def test_heads_that_are_read(raw: bytes):
    """What is plain."""
    lines = read(raw)
    assert lines is not None
    assert lines.length == 5


@pytest.mark.parametrize("raw", NOT_READ.values(), ids=NOT_READ)
def test_heads_that_are_not(raw: bytes):
    """Whatever needs judgement."""
    assert read(raw) is None


@pytest.mark.parametrize("length", LENGTHS, ids=repr)
def test_lengths_that_are_not(length: bytes):
    """Digits, up to nine of them, and nothing else."""
    assert read(head(length=b"content-length: " + length)) is None
    with pytest.raises(ValueError, match="length"):
        split_length(head(length=b"content-length: " + length))


def test_splitting():
    """The head without the digits of its length, wherever that stands, and the length."""
    assert split_length(head(b"x: y", length=b"Content-Length: 17")) == (head(b"x: y", length=b"Content-Length: "), 17)
    assert split_length(head(length=b"") + b"\r\ncontent-length: 0\r\nx: y") == (
        head(length=b"") + b"\r\ncontent-length: \r\nx: y",
        0,
    )


@pytest.mark.parametrize(
    "length", [b"", b"CONTENT-LENGTH: 5", b"content-length:5", b"content-length:  5", b"content-length: 5 "]
)
def test_what_cannot_be_split(length: bytes):
    """A length that is spelt as no client spells it."""
    with pytest.raises(ValueError, match="length"):
        split_length(head(length=length))


@pytest.mark.parametrize(
    ("data", "could"),
    [
        (b"P", True),
        (START, True),
        (LINE, True),
        (LINE + b"\r", True),
        (LINE + b"\r\nhost: a\r\n", True),
        (LINE + b"\n", False),
        (LINE + b"\r\nhost: a\n", False),
        (b"G", False),
        (b"\r\n", False),
        (b"POST /v2/", False),
        (START + b"a" * (HEAD_LIMIT - len(START)), True),
        (START + b"a" * (HEAD_LIMIT + 1 - len(START)), False),
    ],
)
def test_what_may_become_a_head(data: bytes, could: bool):
    """The beginning of one: not too long, and with whole ends of lines only."""
    assert could_become_one(data, 0) == could


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"b: c"])))
def test_what_may_become_a_head_piece_by_piece(pieces: list[bytes]):
    """The same is said, whatever was looked at before."""
    data = START
    for piece in pieces:
        known, data = len(data), data + piece
        if b"\r\n\r\n" in data:
            return
        could = could_become_one(data, 0)
        assert could_become_one(data, known) == could
        if not could:
            return


def test_what_may_follow():
    """The beginning of a next request, or nothing yet."""
    assert [begins_well(b"xPOST /v1/y", at) for at in (0, 1, 2, 11)] == [False, True, False, True]
    assert begins_well(b"xPOS", 1)
    assert begins_well(b"x", 100)


# Against a parser that is not ours ---------------------------------------------------------------------------

NAMES = ["x", "X-Y", "accept", "user-agent", "connection", "proxy-connection", "keep-alive", "te", "trailer", "expect"]
NAMES += ["upgrade", "host", "content-length", "Transfer-Encoding", "sec-websocket-key1", "content-encoding", "Cookie"]
TCHAR = "!#$%&'*+-.^_`|~09azAZ"
names = st.sampled_from(NAMES) | st.text(TCHAR, min_size=1, max_size=5)
values = st.sampled_from(["", "a", "keep-alive", "close", "chunked", "h2c", "websocket", "gzip", "5", "100-continue"])
values |= st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
targets = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
spaces = st.sampled_from(["", " ", " ", " ", "  "])


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Mostly good ones; now and then a byte is lost, doubled or another."""
    lines = [f"POST /v1/{draw(targets)} HTTP/1.1", "host: router"]
    fields = draw(st.lists(st.tuples(names, spaces, values, spaces), max_size=4))
    lines += [f"{name}:{before}{value}{after}" for name, before, value, after in fields]
    if draw(st.integers(0, 9)):
        name = draw(st.sampled_from(["content-length", "Content-Length", "CONTENT-LENGTH"]))
        lines.insert(draw(st.integers(1, len(lines))), f"{name}:{draw(spaces)}{draw(st.integers(0, 40))}{draw(spaces)}")
    raw = "\r\n".join(lines).encode()
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(raw)))
        new = draw(st.binary(max_size=2) | st.sampled_from([b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"\x00", b"5"]))
        raw = raw[:at] + new + raw[at + draw(st.integers(0, 2)) :]
    return raw


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The parser wants one, and does not use it."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def parsed(data: bytes, loop: asyncio.AbstractEventLoop) -> list[RawRequestMessage]:
    """What aiohttp's parser makes of it."""
    parser = HttpRequestParser(
        BaseProtocol(loop),
        loop,
        65_536,
        max_line_size=LINE_LIMIT,
        max_field_size=FIELD_LIMIT,
        max_headers=HEADERS_LIMIT,
        auto_decompress=False,
    )
    return [message for message, _ in parser.feed_data(data)[0]]


def agrees(raw: bytes, loop: asyncio.AbstractEventLoop) -> bool:
    """Whether it is read, and if so, checks that aiohttp reads the same and ends the body at the same byte."""
    lines = read(raw)
    if lines is None:
        return False
    whole = lines.length <= 1000
    follows = b"GET /inside HTTP/1.1\r\nhost: x\r\n\r\n".ljust(1000, b"x")[: lines.length]
    follows += b"DELETE /next HTTP/1.1\r\nhost: a\r\n\r\n" if whole else b""
    first, *rest = parsed(raw + b"\r\n\r\n" + follows, loop)
    assert (first.method, first.path, first.version) == ("POST", lines.target, (1, 1))
    assert [(name.lower(), value) for name, value in first.headers.items()] == lines.pairs
    assert int(first.headers["content-length"]) == lines.length
    assert (first.should_close, first.upgrade, first.chunked, first.compression) == (False, False, False, None)
    assert [(one.method, one.path) for one in rest] == [("DELETE", "/next")] * whole
    return True


@given(raw=heads())
def test_what_is_read_is_read_the_same_elsewhere(raw: bytes, loop: asyncio.AbstractEventLoop):
    """The same method, path, headers and length, and the next request begins at the same byte."""
    event(f"read: {agrees(raw, loop)}")


@pytest.mark.parametrize("raw", READ.values(), ids=READ)
def test_odd_heads_are_read_the_same_elsewhere(raw: bytes, loop: asyncio.AbstractEventLoop):
    """Up to the bounds."""
    assert agrees(raw, loop)


@given(heads(), st.integers(0, 10**9 - 1))
def test_equal_but_for_the_length(raw: bytes, length: int):
    """Whatever splits into the same rest as a head that is read, is read, with the length that it was split into."""
    try:
        same, _ = split_length(raw)
    except ValueError:
        return
    if read(raw) is None:
        return
    found = 0
    for at in range(len(same) + 1):
        other = same[:at] + b"%d" % length + same[at:]
        try:
            rest, told = split_length(other)
        except ValueError:
            continue
        if rest == same:
            found += 1
            lines = read(other)
            assert lines is not None
            assert lines.length == told == length
    assert found == 1
