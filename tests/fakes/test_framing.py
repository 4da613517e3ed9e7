"""Heads and bodies on the wire, sound and broken."""

import gzip

import pytest

from wrp_router.fakes.acts import Die, Pause, Stall, Streamed, Token, Whole, Write
from wrp_router.fakes.faults import parse
from wrp_router.fakes.script import perform

BODY = b'{"some": "body", "of": "a length"}'


def told(faults: str, reply=None, closes: bool = False) -> tuple[bytes, bytes, list]:
    acts = list(perform(reply or Whole(BODY, tokens=5), parse(faults), closes))
    end = next((at for at, act in enumerate(acts) if isinstance(act, Die | Stall)), len(acts))
    head, _, body = b"".join(act.data for act in acts[:end] if isinstance(act, Write)).partition(b"\r\n\r\n")
    return head, body, acts


def test_a_whole_answer_waits_for_its_last_token_and_says_its_length():
    """Then comes all at once."""
    head, body, acts = told("")
    assert acts[0] == Token(4)
    assert head.startswith(b"HTTP/1.1 200 OK\r\ncontent-type: application/json")
    assert b"content-length: %d" % len(BODY) in head
    assert body == BODY


def test_the_last_answer_says_so():
    """And the connection closes after it, properly."""
    head, _, acts = told("", closes=True)
    assert b"connection: close" in head
    assert acts[-1] == Die("close")
    assert told("close")[2][-1] == Die("close")


@pytest.mark.parametrize(
    ("line", "head_has"),
    [
        ("dup_content_length", b"content-length: 34\r\ncontent-length: 35"),
        ("cl_and_te", b"content-length: 5\r\ntransfer-encoding: chunked"),
        ("bad_status_line", b"HTTP/1.1 OK\r\n"),
        ("long_header=9000", b"x" * 9000),
        ("many_headers=200", b"x-many-199: 199"),
        ("set_cookie", b"set-cookie: engine=1"),
        ("retry_after=1e99, retry_after_ms=5", b"retry-after: 1e99\r\nretry-after-ms: 5"),
        ("short_body", b"content-length: 44"),
    ],
)
def test_heads_that_are_odd(line, head_has):
    """Each in its own way."""
    assert head_has in told(line)[0]


def test_a_short_body_ends_before_its_length():
    """With a FIN in place of the rest."""
    assert told("short_body")[1:] == (BODY, told("short_body")[2])
    assert Die("fin") in told("short_body")[2]
    assert Die("fin") in told("short_body", Streamed(()))[2]


def test_a_body_without_length_ends_with_the_connection():
    """No content-length, no chunks."""
    head, body, acts = told("no_length")
    assert b"length" not in head
    assert b"chunked" not in head
    assert (body, acts[-1]) == (BODY, Die("close"))


def test_two_lengths_frame_nothing():
    """A stream under them comes without chunks."""
    head, body, _ = told("dup_content_length", Streamed(()))
    assert b"content-length: 1000\r\ncontent-length: 1001" in head
    assert body == b""


def test_a_compressed_body():
    """Chunked, because its length is known only at the end; or until the close."""
    head, body, _ = told("gzip")
    assert b"content-encoding: gzip" in head
    size, _, rest = body.partition(b"\r\n")
    assert rest[: int(size, 16)][:2] == b"\x1f\x8b"
    assert gzip.decompress(told("gzip, no_length")[1]) == BODY


@pytest.mark.parametrize("how", ["fin", "rst", "clean"])
def test_a_whole_body_dies_in_its_middle(how):
    """A clean end needs chunks: a length would tell."""
    head, body, acts = told(f"die_after=1:{how}")
    assert (b"chunked" in head) is (how == "clean")
    assert BODY[: len(BODY) // 2] in body
    assert Die(how) in acts


def test_a_whole_body_may_stall_or_be_no_json():
    """Half of it and silence; half of it as if it were whole."""
    assert Stall() in told("stall_after=1")[2]
    head, body, _ = told("malformed_sse=1")
    assert body == BODY[: len(BODY) // 2]
    assert b"content-length: %d" % len(body) in head


@pytest.mark.parametrize(
    ("line", "sent"),
    [("die_before_headers", 0), ("die_in_headers=rst", 1), ("die_after_headers", 1)],
)
def test_deaths_around_the_head(line, sent):
    """Before it, inside it, right after it."""
    acts = told(line)[2]
    death = next(at for at, act in enumerate(acts) if isinstance(act, Die))
    head = b"".join(act.data for act in acts[:death] if isinstance(act, Write))
    assert len([act for act in acts[:death] if isinstance(act, Write)]) == sent
    assert head.endswith(b"\r\n\r\n") is (line == "die_after_headers")


def test_a_slow_head_comes_byte_by_byte():
    """In the time that was asked for."""
    acts = told("slow_header=1s")[2]
    pauses = [act.seconds for act in acts if isinstance(act, Pause)]
    assert sum(pauses) == pytest.approx(1)
    assert len(pauses) > 50


def test_a_whole_body_in_small_pieces():
    """Of the size that was asked for."""
    acts = told("split=10")[2]
    assert [len(act.data) for act in acts if isinstance(act, Write)][1:] == [10, 10, 10, 4]
