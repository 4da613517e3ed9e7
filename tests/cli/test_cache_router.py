"""The cache of a running router: asked well, and whatever may be wrong on the way."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.remembering import SECRET, remembering
from wrp_router.cli.cache_router import Router
from wrp_router.cli.progress import Bar
from wrp_router.cli.telling import CannotDo
from wrp_router.config import KeyConfig, Secret

STAFF = "sk-staff-0123456789"


class Terminal(io.StringIO):
    """Shows bars."""

    def isatty(self) -> bool:
        return True


@contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """The address of something that gives these answers, one for each connection, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for answer in answers:
                peer, _ = server.accept()
                with peer:
                    peer.recv(65_536)
                    peer.sendall(answer)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_all_of_it():
    """Counted, purged by tenant, written out, purged, and read in again with bars on the way."""
    with remembering() as url:
        router, terminal, file = Router(url, ""), Terminal(), io.BytesIO()
        assert router.stats()["cache"]["entries"] == 3
        assert router.export(file, Bar(terminal))["exported"] == 3
        assert router.purge("nobody", None) == {"purged": 0}
        assert router.purge(None, "cA==") == {"purged": 3}
        size = len(file.getvalue())
        file.seek(0)
        assert router.import_(file, size, Bar(terminal))["kept"] == 3
        assert router.purge(None, None) == {"purged": 3}
        assert ("export" in terminal.getvalue(), "import" in terminal.getvalue()) == (True, True)


def test_an_empty_cache():
    """Has an export of one line."""
    with remembering(0) as url:
        assert Router(url, "").export(io.BytesIO(), Bar())["exported"] == 0


def test_keys():
    """Without one, or with one that is not for this, the command says where it goes and what it must be."""
    keys = (KeyConfig("staff", Secret(STAFF), admin=True), KeyConfig("red", Secret("sk-red-0123456789")))
    with remembering(keys=keys) as url:
        assert Router(url, STAFF).purge(None, None) == {"purged": 3}
        with pytest.raises(CannotDo, match="WRP_ADMIN_KEY"):
            Router(url, "").stats()
        with pytest.raises(CannotDo, match="admin: true"):
            Router(url, "sk-red-0123456789").purge(None, None)


def test_an_export_of_another_secret():
    """The router's reason is told, however much is still to be sent."""
    with remembering(secret=SECRET[::-1]) as url, remembering() as other:
        file = io.BytesIO()
        Router(other, "").export(file, Bar())
        data = file.getvalue() + b"{}\n" * 1_000_000
        with pytest.raises(CannotDo, match="secret"):
            Router(url, "").import_(io.BytesIO(data), len(data), Bar())


def test_no_cache_there():
    """Says what the address should be."""
    with remembering(0, cache=None) as url, pytest.raises(CannotDo, match="admin listener"):
        Router(url, "").stats()


def test_nobody_there():
    """Says what to look at."""
    with pytest.raises(CannotDo, match="--url"):
        Router("http://127.0.0.1:1", "").stats()


GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
ENTRIES = json.dumps({"cache": {"entries": 1}}).encode()
COUNTED = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(ENTRIES), ENTRIES)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "did not answer"),
        (b"SSH-2.0\r\n", "did not answer"),
        (GOOD + b"{", "is it the admin listener"),
        (GOOD + b"[]", "is it the admin listener"),
        (b"HTTP/1.1 500 Oh No\r\ncontent-length: 0\r\n\r\n", "500: Oh No"),
        (b"HTTP/1.1 405 No\r\ncontent-length: 2\r\n\r\n[]", "another version"),
    ],
)
def test_strange_answers(answer: bytes, said: str):
    """Are told, and never a traceback."""
    with saying(answer) as url, pytest.raises(CannotDo, match=said):
        Router(url, "").stats()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}\n{}\r\n", "broke the export off"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "gave no export"),
    ],
)
def test_a_broken_export(answer: bytes, said: str):
    """Is never taken for all there is."""
    with saying(COUNTED, answer) as url, pytest.raises(CannotDo, match=said):
        Router(url, "").export(io.BytesIO(), Bar())
