"""Clients that mean harm, in a process of their own: `python -m bench.attackers loris|stalled PORT COUNT SECONDS`.

They say `ready` when all are connected, and in the end, when the last was closed or the seconds are over, how it went,
as JSON. They send to loopback alone.
"""

from __future__ import annotations

import fcntl
import json
import select
import socket
import struct
import sys
import termios
import time
from contextlib import suppress
from dataclasses import dataclass, field

ADDRESS = "127.0.0.1"
SMALL_BUFFER = 4096
"""Bytes that a stalled reader's kernel takes; it takes about twice as many."""

DRIP, LOOK = 1.0, 0.2
"""Seconds between two bytes of those that send slowly, and between two looks at what those have who do not read."""

STREAM_BYTES, PIECE = 10_000_000, 65_536

_HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
_ASKED = b'{"model":"victim","messages":[{"role":"user","content":"hello %d"}],"stream":true}'


@dataclass
class Attacker:
    """One connection: what it sends byte by byte; `since` when it is left alone: it had sent what it sends at once, or
    got the last of the `unread` bytes; and when it was closed."""

    sock: socket.socket
    kind: str
    drips: bytes = b""
    since: float = 0.0
    closed: float | None = None
    unread: int = 0
    heard: bytes = field(default=b"", repr=False)


def idle(number: int) -> tuple[bytes, bytes]:
    """Nothing at all."""
    return b"", b""


def slow_head(number: int) -> tuple[bytes, bytes]:
    """A head that never ends."""
    return _HEAD, b"x-slow: " + b"a" * 1000


def odd_head(number: int) -> tuple[bytes, bytes]:
    """The same of a request that the lean reader leaves to aiohttp's server."""
    return b"GET /v1/models HTTP/1.1\r\nhost: a\r\n", b"x-slow: " + b"a" * 1000


def slow_body(number: int) -> tuple[bytes, bytes]:
    """A body that comes byte by byte."""
    return _HEAD + b"content-length: 100000\r\n\r\n", b'{"model": "auto", "messages": [' + b" " * 1000


LORIS = (idle, slow_head, odd_head, slow_body)


def loris(port: int, count: int) -> list[Attacker]:
    """So many, a quarter of each kind."""
    made = []
    for number in range(count):
        kind = LORIS[number % len(LORIS)]
        begun, drips = kind(number)
        made.append(_connected(port, kind.__name__, begun, drips))
    return made


def stalled(port: int, count: int) -> list[Attacker]:
    """So many that ask for streams of ten megabytes each, and never read."""
    made = []
    for number in range(count):
        body = _ASKED % number
        head = _HEAD + b"x-fake: huge=%d, big_line=%d\r\ncontent-length: %d\r\n\r\n" % (STREAM_BYTES, PIECE, len(body))
        made.append(_connected(port, "stalled", head + body, b"", SMALL_BUFFER))
    return made


def _connected(port: int, kind: str, begun: bytes, drips: bytes, buffer: int = 0) -> Attacker:
    sock = socket.socket()
    if buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.settimeout(30)
    sock.connect((ADDRESS, port))
    since = time.monotonic()
    if begun:
        sock.sendall(begun)
    sock.setblocking(False)
    return Attacker(sock, kind, drips, since)


def held(attackers: list[Attacker], seconds: float, reading: bool) -> None:
    """Keeps them up until all were closed, or the seconds are over. Who does not read hears of a reset alone."""
    poll = select.epoll()
    known = {one.sock.fileno(): one for one in attackers}
    for number in known:
        poll.register(number, select.EPOLLIN if reading else 0)
    every = DRIP if reading else LOOK
    end, due, step = time.monotonic() + seconds, time.monotonic() + every, 0
    while known and time.monotonic() < end:
        for number, event in poll.poll(0.05):
            if _is_over(known[number], event):
                poll.unregister(number)
                known.pop(number).closed = time.monotonic()
        if time.monotonic() >= due:
            due += every
            for one in known.values():
                _send(one, step) if reading else _weigh(one)
            step += 1


def _is_over(one: Attacker, event: int) -> bool:
    if event & (select.EPOLLHUP | select.EPOLLERR):
        return True
    try:
        data = one.sock.recv(65_536)
    except BlockingIOError:
        return False
    except OSError:
        return True
    one.heard += data
    return not data


def _send(one: Attacker, step: int) -> None:
    if step < len(one.drips):
        with suppress(OSError):  # where it is over, the next look tells
            one.sock.send(one.drips[step : step + 1])


def _weigh(one: Attacker) -> None:
    """Its time counts from when nothing more came."""
    with suppress(OSError):
        (unread,) = struct.unpack("i", fcntl.ioctl(one.sock, termios.FIONREAD, b"\0" * 4))
        if unread != one.unread:
            one.unread, one.since = unread, time.monotonic()


def told(attackers: list[Attacker]) -> dict[str, object]:
    """How many were closed, how long the last was left alone, and what was said to whom."""
    lasted = [one.closed - one.since for one in attackers if one.closed is not None]
    said: dict[str, int] = {}
    for one in attackers:
        answer = f"{one.kind}: {one.heard[9:12].decode() or 'closed'}"
        said[answer] = said.get(answer, 0) + 1
    return {"attackers": len(attackers), "closed": len(lasted), "longest": max(lasted, default=0.0), "said": said}


KINDS = {"loris": loris, "stalled": stalled}


def main(argv: list[str]) -> int:
    name, port, count, seconds = argv[0], int(argv[1]), int(argv[2]), float(argv[3])
    attackers = KINDS[name](port, count)
    print("ready", flush=True)
    held(attackers, seconds, name == "loris")
    print(json.dumps(told(attackers)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
