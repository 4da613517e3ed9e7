"""What routers write for each other."""

from __future__ import annotations

import msgspec
import pytest

from tests.cache.makers import axis, entry
from tests.cache.stores.kit import SECRET, named
from wrp_cache.stores.news import Post, Whom
from wrp_cache.stores.orders import Put
from wrp_cache.stores.seal import Sealer, halves, header_of

SEALER = Sealer(SECRET, b"wrp:default:")


def post(router: bytes = b"here", sealer: Sealer = SEALER) -> Post:
    return Post(sealer, router)


def put(**fields: object) -> Put:
    kept = entry(**fields)
    header = SEALER.write(header_of(kept, 1e9))
    return Put(1, named(kept), header, halves(axis(3)), kept.body, b"a", b"p", 2e9)


def test_a_document_is_read_by_others():
    """Under its name."""
    order = put(body=b"body")
    reader = post(b"there")
    header, body = reader.read(order.name, post().document(order))
    assert (header.key, header.size, body) == (b"k", 4, b"body")
    assert reader.read(b"another name....", post().document(order)) is None
    assert reader.broken == 1


def test_news_are_lessons_for_others():
    """With the vector; whose own they are, knows it."""
    (heard,) = post(b"there").hear([post().told(put())])
    assert (heard.own, heard.lesson.name, heard.whom) == (False, named(entry()), None)
    assert float(heard.lesson.vector @ axis(3)) == 1.0
    (own,) = post().hear([post().told(put())])
    assert own.own


@pytest.mark.parametrize("whom", [("a", b"p"), ("a", None), (None, b"p"), (None, None)])
def test_purges_are_heard(whom):
    """With whom they concern."""
    (heard,) = post(b"there").hear([post().purged(*whom)])
    assert (heard.own, heard.lesson, heard.whom) == (False, None, Whom(*whom))


def test_what_is_forged_is_nothing():
    """Without the secret nobody plants an answer, or has anything forgotten."""
    stranger, reader = post(b"there", Sealer(b"guess", b"wrp:default:")), post()
    items = [
        stranger.told(put()),
        stranger.purged(None, None),
        b"\xc1",
        b"\x91" * 100_000,
        msgspec.msgpack.encode(["x"]),
    ]
    assert [(each.lesson, each.whom) for each in reader.hear([*items, b""])] == [(None, None)] * 6
    assert reader.broken == 5
    assert reader.read(named(entry()), stranger.document(put())) is None
    assert reader.read(named(entry()), b"\x91" * 100_000) is None


def test_a_seal_of_one_kind_is_none_of_another():
    """A purge is no entry, and an entry no purge."""
    told, purged = (msgspec.msgpack.decode(item) for item in (post().told(put()), post().purged("a", None)))
    swapped = [["entry", b"", purged[2], b"purge", purged[3]], ["purge", b"", told[2], told[4]]]
    heard = post().hear([msgspec.msgpack.encode(item) for item in swapped])
    assert [(each.lesson, each.whom) for each in heard] == [(None, None)] * 2


def test_news_and_rubbish_beside_each_other():
    """Each is judged by itself."""
    heard = post(b"there").hear([b"rubbish", post().told(put()), post().purged(None, None), b""])
    assert [each.lesson is not None for each in heard] == [False, True, False, False]
