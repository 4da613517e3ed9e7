"""An answer with its faults as a list of acts: bytes to write, times to wait for, deaths. No I/O: `engine` plays it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec

from . import anthropic_api, errors_api
from .acts import Act, Break, Die, Pause, Reply, Stall, Streamed, Token, Whole, Write
from .faults import Faults, Spot
from .framing import Framing
from .sse import Event, Kind, frame

_EMOJI = "日本語"  # three bytes a character: something to be cut in two
_BLOCK = b" " * 65_536


def dressed(pieces: Sequence[str], faults: Faults) -> tuple[str, ...]:
    """The tokens of an answer, as many and as long as the knobs ask for."""
    wanted = max(faults.chunks, 0 if faults.chunks else faults.reaches())
    if faults.chunks or len(pieces) < wanted:
        pieces = tuple(itertools.islice(itertools.cycle(pieces), wanted)) if pieces else (" word",) * wanted
    if faults.cut == "utf8" and faults.die_after is not None:
        at = faults.die_after.after
        pieces = (*pieces[:at], _EMOJI, *pieces[at + 1 :])
    size = faults.big_line or min(faults.huge, 1024)
    return ("x" * size, *pieces[1:]) if size else tuple(pieces)


def perform(reply: Reply, faults: Faults, closes: bool = False) -> Iterator[Act]:
    """All that happens on the connection for this answer, up to the first death. `closes` says that it is the last."""
    if faults.die_before_headers:
        yield Die(faults.die_before_headers)
        return
    if isinstance(reply, Whole):
        if faults.malformed_sse:
            reply = msgspec.structs.replace(reply, body=reply.body[: len(reply.body) // 2])
        yield Token(max(0, reply.tokens - 1))
    body = _whole(reply, faults) if isinstance(reply, Whole) else _stream(reply, faults)
    framing, cut = Framing(reply, faults, closes), False
    yield from _opening(framing.head(reply, faults), faults)
    for act in body:
        if isinstance(act, Write):
            yield from framing.write(act.data)
        elif isinstance(act, Break):
            yield Write(b"zz\r\nnot a chunk\r\n")
        elif act == Die("clean"):
            cut = True
            break
        else:
            yield act
    yield from framing.end()
    if framing.closes:
        yield Die("fin" if cut else "close")
    elif cut:
        yield Die("clean")


def _opening(head: bytes, faults: Faults) -> Iterator[Act]:
    if faults.die_in_headers:
        yield Write(head[: len(head) // 2])
        yield Die(faults.die_in_headers)
    if faults.slow_header:
        for at in range(len(head)):
            yield Write(head[at : at + 1])
            yield Pause(faults.slow_header / len(head))
    else:
        yield Write(head)
    if faults.die_after_headers:
        yield Die(faults.die_after_headers)


def _whole(reply: Whole, faults: Faults) -> Iterator[Act]:
    """A whole body has no events to die after: it breaks in its middle."""
    body = reply.body
    if faults.endless:
        yield from itertools.cycle((Write(_BLOCK), Pause(0)))
    if faults.die_after or faults.stall_after is not None:
        yield Write(body[: len(body) // 2])
        yield Die(faults.die_after.how) if faults.die_after else Stall()
        return
    yield Write(body)
    if faults.short_body:
        yield Die("fin")


def _stream(reply: Streamed, faults: Faults) -> Iterator[Act]:
    """The events, framed as SSE, with what befalls them."""
    eol = b"\r\n" if faults.crlf else b"\n"
    named = reply.shape == "anthropic"
    dropped = _dropped(faults)
    sent = 0
    if not faults.lead:
        yield Token(0)
    if faults.ping:
        yield Write(frame(anthropic_api.ping(), eol) if named else b": ping" + eol + eol)
    for event in reply.events:
        if event.kind in dropped:
            continue
        framed = frame(event, eol)
        if event.kind is Kind.TEXT:
            yield Token(sent // reply.lanes)
            struck = tuple(_strikes(sent, framed, reply.shape, faults, eol))
            yield from struck
            if struck and isinstance(struck[-1], Die | Stall):
                return
            sent += 1
        if faults.comments:
            yield Write(b": a comment" + eol + eol)
        yield Write(framed)
        if event.kind is Kind.TEXT and sent == 1:
            yield from _repeats(framed, faults)
    if faults.short_body:
        yield Die("fin")


def _strikes(sent: int, framed: bytes, shape: str, faults: Faults, eol: bytes) -> Iterator[Act]:
    """What happens after `sent` substantive events, instead of or before the next."""
    if faults.die_after and faults.die_after.after == sent:
        yield Write(_cut(framed, faults.cut))
        yield Die(faults.die_after.how)
    elif faults.stall_after == sent:
        yield Stall()
    elif faults.bad_chunk == sent:
        yield Break()
        yield Die("fin")
    elif faults.error_in_stream and faults.error_in_stream.after == sent:
        yield Write(frame(_error(shape, faults, faults.error_in_stream), eol))
        if faults.error_in_stream.how == "done":
            yield Write(b"data: [DONE]" + eol + eol)
        yield Die("clean")
    elif faults.malformed_sse and faults.malformed_sse.after == sent:
        yield Write(_malformed(framed, faults.malformed_sse.how, eol))


def _error(shape: str, faults: Faults, spot: Spot) -> Event:
    status = faults.status if faults.status >= 400 else 500
    shown = faults.error_shape or shape
    return errors_api.in_stream(shown, spot.how, status, "the engine failed in mid-stream", faults.error_code)


def _cut(framed: bytes, where: str) -> bytes:
    if where == "utf8":
        at = framed.find(_EMOJI.encode())
        return framed[: at + 1] if at >= 0 else framed[: len(framed) // 2] + _EMOJI.encode()[:1]
    return framed[: len(framed) // 2] if where else b""


def _malformed(framed: bytes, how: str, eol: bytes) -> bytes:
    """An event of its own that nobody can read: JSON that ends early, a byte that is no UTF-8, or a NUL."""
    if how == "json":
        return framed[: len(framed) // 2].rstrip() + eol + eol
    at = framed.rindex(b'"')
    return framed[:at] + {"utf8": b"\xff", "nul": b"\0"}[how] + framed[at:]


def _repeats(framed: bytes, faults: Faults) -> Iterator[Act]:
    """The first substantive event again and again: for good, or until there are `huge` bytes."""
    again = (Write(framed), Pause(0))
    if faults.endless:
        yield from itertools.cycle(again)
    for _ in range(faults.huge // len(framed)):
        yield from again


def _dropped(faults: Faults) -> frozenset[Kind]:
    dropped: set[Kind] = set()
    if faults.no_done:
        dropped |= {Kind.DONE, Kind.STOP}
    if faults.no_finish:
        dropped |= {Kind.FINISH, Kind.STOP}
    return frozenset(dropped)
