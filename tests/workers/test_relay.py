"""Questions of one worker to all others."""

from __future__ import annotations

import pytest

from wrp_router.telemetry.tally import Tally, packed, summed, unpacked
from wrp_router.workers import relay as module
from wrp_router.workers.books import Books
from wrp_router.workers.messages import MOST, Answers, Ask, Asked, Reply, Said, Tell, Told, framed
from wrp_router.workers.relay import AT_ONCE, PAST, TALLY, Relay

from .pairs import Near


def three() -> tuple[list[Near], Books, Relay]:
    crew, books = [Near(number).begin() for number in range(3)], Books()
    return crew, books, Relay(lambda: crew, books)


def asked(worker: Near) -> Asked:
    """The last that it was asked."""
    (*_, last) = [message for message in worker.told if isinstance(message, Asked)]
    return last


async def test_all_others_are_asked():
    """And the answer is there when all have replied, under the asker's own number."""
    (one, two, three_), _, relay = three()
    relay.ask(one, Ask(77, "purge", b"all"))
    assert (asked(two).payload, asked(three_).kind) == (b"all", "purge")
    relay.reply(two, Reply(asked(two).id, b"2"))
    assert one.told == []
    relay.reply(three_, Reply(asked(three_).id, b"3"))
    assert one.told == [Answers(77, (Said(1, b"2"), Said(2, b"3")), 0)]


async def test_who_fails_is_missing():
    """Who says so, who cannot be told, who ends, and who is too late."""
    (one, two, three_), _, relay = three()
    two.deaf = True
    relay.ask(one, Ask(1, "purge", b""))
    relay.reply(three_, Reply(asked(three_).id, None))
    assert one.told == [Answers(1, (), 2)]
    two.deaf = False
    relay.ask(one, Ask(2, "purge", b""))
    relay.gone(two)
    relay.reply(three_, Reply(asked(three_).id, b"3"))
    assert one.told[-1] == Answers(2, (Said(2, b"3"),), 1)
    relay.ask(one, Ask(3, "purge", b""))
    relay._late(asked(two).id)
    assert one.told[-1] == Answers(3, (), 2)
    relay.reply(two, Reply(asked(two).id, b"late"))
    assert len(one.told) == 3


async def test_nobody_else_is_there():
    """Then the answer is there at once."""
    one = Near(0).begin()
    Relay(lambda: [one], Books()).ask(one, Ask(5, "servers", b""))
    assert one.told == [Answers(5, (), 0)]


async def test_too_many_questions():
    """Those beyond are not asked."""
    (one, two, _), _, relay = three()
    for number in range(AT_ONCE + 1):
        relay.ask(one, Ask(number, "servers", b""))
    assert one.told == [Answers(AT_ONCE, (), 2)]
    assert len(two.told) == AT_ONCE


async def test_tallies_are_kept():
    """The asker's own, those of all who reply, and for who does not its last word; the past comes with them."""
    (one, two, three_), books, relay = three()
    books.told(three_, packed(Tally({"c": {(): 3.0}})))
    relay.ask(one, Ask(1, TALLY, packed(Tally({"c": {(): 1.0}}))))
    relay.reply(two, Reply(asked(two).id, packed(Tally({"c": {(): 2.0}}))))
    relay._late(asked(two).id)
    (answers,) = one.told
    assert isinstance(answers, Answers)
    found = {said.number: unpacked(said.payload) for said in answers.replies}
    assert (found[1].counts, found[2].counts) == ({"c": {(): 2.0}}, {"c": {(): 3.0}})
    assert found[PAST].gauges == {"wrp_workers": {(): 3.0}}
    assert answers.missing == 0
    assert books.last(one) is not None
    assert books.last(two) is not None


@pytest.mark.parametrize("how", ["replied", "deaf"])
async def test_who_ends_meanwhile_is_counted_once(how: str):
    """By what it counted before: what it said itself, or last, is the same over again."""
    (one, two, three_), books, relay = three()
    counted = packed(Tally({"c": {(): 2.0}}))
    books.told(two, counted)
    two.deaf = how == "deaf"
    relay.ask(one, Ask(1, TALLY, packed(Tally())))
    if how == "replied":
        relay.reply(two, Reply(asked(two).id, counted))
    books.retire(two)
    relay.gone(two)
    relay.reply(three_, Reply(asked(three_).id, packed(Tally())))
    (answers,) = one.told
    assert isinstance(answers, Answers)
    assert summed([unpacked(said.payload) for said in answers.replies]).counts["c"] == {(): 2.0}


async def test_what_is_too_long_for_one_message_comes_in_several():
    """All but the last say that more follow; none is longer than a message may be, and nothing is left out."""
    crew = [Near(number).begin() for number in range(5)]
    relay = Relay(lambda: crew, Books())
    relay.ask(crew[0], Ask(9, "cache", b""))
    for worker in crew[1:]:
        relay.reply(worker, Reply(asked(worker).id, bytes([worker.number]) * (6 << 20)))
    pages = [one for one in crew[0].told if isinstance(one, Answers)]
    assert [page.more for page in pages] == [True, False]
    assert {page.id for page in pages} == {9}
    assert [said.number for page in pages for said in page.replies] == [1, 2, 3, 4]
    assert max(len(framed(page)) for page in pages) <= MOST + 4


async def test_who_cannot_be_passed_on_is_missing():
    """As where the asker has stopped reading; what still reaches it says how many are not there."""
    crew = [Near(number).begin() for number in range(5)]
    relay = Relay(lambda: crew, Books())
    relay.ask(crew[0], Ask(9, "cache", b""))
    crew[0].most = 0
    for worker in crew[1:]:
        relay.reply(worker, Reply(asked(worker).id, bytes(6 << 20)))
    (last,) = crew[0].told
    assert isinstance(last, Answers)
    assert (last.replies, last.missing, last.more) == ((), 4, False)


async def test_what_is_told_need_not_be_answered():
    """All others hear it, and by whom it was said."""
    (one, two, three_), _, relay = three()
    relay.tell(two, Tell("load", b"x"))
    assert one.told == three_.told == [Told(1, "load", b"x")]
    assert two.told == []


async def test_who_takes_over_is_not_taken_for_who_leaves():
    """Both have the same number for a while, and each its own place, by which they are heard."""
    listener, leaves, follows = Near(0).begin(), Near(1).begin(), Near(1).begin()
    follows.place = 7
    relay = Relay(lambda: [listener, leaves, follows], Books())
    relay.tell(leaves, Tell("load", b"many"))
    relay.tell(follows, Tell("load", b"none"))
    assert len({told.place for told in listener.told if isinstance(told, Told)}) == 2


def test_there_is_time_for_a_purge():
    """More than for a look at metrics, which a last word does as well for."""
    assert module.PATIENCE > module.SOON
