"""Sockets that listen."""

from __future__ import annotations

import os

import pytest

from wrp_router.live.listening import inherited, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_listen(host: str):
    """On either kind of address, at a free port if none is named."""
    with listen(host, 0) as sock:
        assert sock.getsockname()[:2] == (host, sock.getsockname()[1])
        assert (sock.getsockname()[1] > 0, sock.getblocking()) == (True, False)


def test_an_address_that_cannot_be_had():
    """OSError, and no socket is left."""
    with listen("127.0.0.1", 0) as sock, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", sock.getsockname()[1])
    with pytest.raises(OSError, match="assign"):
        listen("192.0.2.1", 0)


def test_one_that_is_inherited():
    """It is the same, and what this process begins does not get it."""
    with listen("127.0.0.1", 0) as sock:
        number = os.dup(sock.fileno())
        os.set_inheritable(number, True)
        with inherited(number) as same:
            assert same.getsockname() == sock.getsockname()
            assert (same.get_inheritable(), same.getblocking()) == (False, False)
    with pytest.raises(OSError, match="Bad file descriptor"):
        inherited(number)
