"""One page for several routers, and a server that may lose it."""

from __future__ import annotations

import msgspec
import pytest

from tests.policies.fellows import Fellow, Server
from tests.policies.test_sharing import agree, spec
from wrp_policies.learning.ledger import GONE, KEPT, MOST_WRITERS, Carried, Page, Piece

GOOD = (0, 1, 1.0)


def fellows(server: Server, *names: bytes) -> list[Fellow]:
    return [Fellow(spec("linucb"), server, name) for name in names]


def count(fellow: Fellow) -> float:
    """How many verdicts it knows of the large pool."""
    return fellow.rows()["large"][0]


def test_nothing_new_is_not_written() -> None:
    """The page stays as it is while nobody learns."""
    server = Server()
    one, two = fellows(server, b"1", b"2")
    assert [one.turn(), one.turn(), two.turn(), one.turn()] == [True, False, False, False]


def test_one_piece_waits_at_a_time() -> None:
    """While the server is away, what is learned becomes one piece, not one for each try."""
    server = Server()
    (one,) = fellows(server, b"1")
    for _ in range(50):
        one.judge([GOOD])
        one.turn(written=False)
    assert len(one.ledger._pieces) == 1
    one.turn()
    one.turn()
    assert server.page is not None
    assert server.page.writers[b"1"][0] == 2
    assert count(one) == 50.0
    new = fellows(server, b"new")[0]
    new.turn()
    assert count(new) == 50.0


def test_a_server_that_lost_everything_is_told_again() -> None:
    """By whoever comes first; the others add what that one had not heard yet."""
    server = Server()
    one, two = fellows(server, b"1", b"2")
    for fellow in (one, two, one):
        fellow.judge([GOOD] * 10)
        fellow.turn()
    assert [count(one), count(two)] == [30.0, 20.0]
    server.page = None
    for fellow in (two, one, two):
        fellow.turn()
    assert [count(one), count(two)] == [30.0, 30.0]


def test_a_server_that_came_back_with_an_old_page_is_told_again() -> None:
    """However much older it is than what routers remember of themselves."""
    server = Server()
    (one,) = fellows(server, b"1")
    one.judge([GOOD])
    one.turn()
    old = server.page
    for _ in range(20):
        one.judge([GOOD] * 10)
        one.turn()
    server.page = old
    one.turn()
    new = fellows(server, b"new")[0]
    new.turn()
    assert [count(one), count(new)] == [201.0, 201.0]


def test_who_starts_on_an_emptied_server_is_not_lost() -> None:
    """What it told meanwhile is added to the page of who knows more."""
    server = Server()
    (one,) = fellows(server, b"1")
    for _ in range(5):
        one.judge([GOOD])
        one.turn()
    server.page = None
    new = fellows(server, b"new")[0]
    for _ in range(2):
        new.judge([GOOD])
        new.turn()
    for fellow in (one, new, one):
        fellow.turn()
    assert [count(one), count(new)] == [7.0, 7.0]


def test_pieces_are_not_kept_for_ever() -> None:
    """Nor writers, but longer than pieces: nobody who is forgotten can tell twice."""
    server = Server()
    (one,) = fellows(server, b"1")
    one.judge([GOOD])
    one.turn()
    one.now = KEPT
    one.turn()
    assert one.ledger._pieces == []
    assert KEPT < GONE / 100
    two = fellows(server, b"2")[0]
    two.now = GONE + 1.0
    two.judge([GOOD])
    two.turn()
    assert server.page is not None
    assert list(server.page.writers) == [b"2"]


def test_a_page_knows_only_so_many_writers() -> None:
    """The latest."""
    server = Server()
    writers = {b"%d" % number: (1, float(number)) for number in range(2 * MOST_WRITERS)}
    (one,) = fellows(server, b"one")
    one.judge([GOOD])
    one.turn()
    assert server.page is not None
    server.page = msgspec.structs.replace(server.page, number=9, writers=writers)
    one.turn()
    assert len(server.page.writers) == MOST_WRITERS
    assert b"%d" % (2 * MOST_WRITERS - 1) in server.page.writers


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("empty", [True, False])
def test_what_was_not_told_is_handed_on(arrived: bool, empty: bool) -> None:
    """With what was learned since; the next router in its place tells it, if it did not arrive after all. Nothing
    counts twice: neither if the server has nothing, and so gets all that the file had."""
    server = Server()
    one, other = fellows(server, b"1", b"other")
    if not empty:
        other.judge([GOOD] * 100)
        other.turn()
    one.judge([GOOD])
    one.turn(written=arrived, told=False)
    one.judge([GOOD] * 2)
    carried, state = one.ledger.carried(5.0), one.policy.state()
    assert carried is not None
    carried = msgspec.json.decode(msgspec.json.encode(carried), type=Carried)
    next_one = Fellow(spec("linucb"), server, b"next", carried, state)
    assert count(next_one) == 3.0
    next_one.turn(written=False)
    next_one.judge([GOOD])
    for fellow in (next_one, other, next_one, other):
        fellow.turn()
    known = 4.0 if empty else 104.0
    assert [count(next_one), count(other)] == [known, known]
    assert next_one.ledger.carried(6.0) is None


def test_a_file_from_before_what_was_told_is_no_harm() -> None:
    """Killed after it had told more than the file says: what the file says is in the total already."""
    server = Server()
    (one,) = fellows(server, b"1")
    one.judge([GOOD])
    carried, state = one.ledger.carried(1.0), one.policy.state()
    for _ in range(2):
        one.judge([GOOD])
        one.turn()
    again = Fellow(spec("linucb"), server, b"again", carried, state)
    again.judge([GOOD])
    again.turn()
    agree(again.rows(), {**one.rows(), "large": [4.0, *again.rows()["large"][1:]]})


@pytest.mark.parametrize(
    ("common", "told", "made"),
    [
        ("sums/other", b"", 1.0),
        ("", b"\x94\x01\xcb" + bytes(8) + b"\x80\x81\xa5large\xc4\x01x", 1.0),
        ("", b"?", 1.0),
        ("", b"\x94\x00\xcb" + bytes(8) + b"\x80\x80", -GONE),
    ],
)
def test_what_cannot_be_told_any_more_is_let_go(common: str, told: bytes, made: float) -> None:
    """Pieces of another form, damaged ones, and those of which nobody can say any more whether they arrived."""
    server = Server()
    (one,) = fellows(server, b"1")
    carried = Carried(common or one.sharing.common, (Piece(b"0", 1, told, made),))
    assert Fellow(spec("linucb"), server, b"2", carried).ledger.carried(1.0) is None


def test_a_page_with_another_total_is_refused() -> None:
    """It says so."""
    server = Server()
    (one,) = fellows(server, b"1")
    one.judge([GOOD])
    one.turn()
    server.page = Page(b"?", 7, {}, b"\x93\x00\xcb" + bytes(8) + b"\x81\xa5large\xc4\x01x")
    one.judge([GOOD])
    with pytest.raises(ValueError, match="numbers"):
        one.turn()
