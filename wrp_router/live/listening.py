"""Sockets that listen: opened here, or inherited open from whoever began this process."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress

BACKLOG = 2048

UNSENT = 128 * 1024
"""Bytes that the kernel takes of an answer beyond those that are on their way. Without it takes megabytes for a client
that does not read, and it is long before that shows here."""

TCP_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25 if sys.platform == "linux" else 0)
"""Connections inherit it of the socket that listens."""


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket. Port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)
        hold_little(sock)
    except OSError:
        sock.close()
        raise
    return sock


def hold_little(sock: socket.socket) -> None:
    """Where the system can."""
    if TCP_NOTSENT_LOWAT and sock.family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT)


def inherited(number: int) -> socket.socket:
    """The one that this process got open under that number; what it begins does not get it. Raises OSError."""
    sock = socket.socket(fileno=number)
    sock.set_inheritable(False)
    sock.setblocking(False)
    hold_little(sock)
    return sock
