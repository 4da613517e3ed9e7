"""What a request does without under pressure, and that its row says so."""

from __future__ import annotations

import pytest

from tests.flow.makers import arrived, ask, cache, delivered, entry, play, rooms, row_of
from wrp_policies.cascading.types import Wanted
from wrp_router.fakes.playbook import expect
from wrp_router.fleet.pressure import Pressure, PressureSpec
from wrp_router.flow import Answer, CacheControl, Decisions, Delivered, Embed, Form, Note, Relay, Send
from wrp_router.flow.sparing import spared
from wrp_router.flow.story import Story


def pressed(by: str = "memory", share: float = 0.65) -> Pressure:
    """Optional work is left out, nobody is refused."""
    pressure = Pressure(PressureSpec(1.0, 1.0))
    pressure.felt(share if by == "lag" else 0.0, share if by == "memory" else 0.0, 0.0)
    return pressure


@pytest.mark.parametrize("by", ["lag", "memory"])
def test_who_pressed(by: str) -> None:
    """Is in the row, once something was left out for it."""
    story = Story(ask())
    assert not spared(rooms(), story)
    assert story.row().spared == ""
    assert spared(rooms(pressure=pressed(by)), story)
    assert story.row().spared == by


def test_no_similar_answer_is_looked_for() -> None:
    """Where there is time, it is; under pressure nothing is embedded. The route is decided as ever."""
    calm = (
        play(ask(), rooms(cache=cache(), semantic=True)) << Embed >> None << Send >> arrived() << Relay >> delivered()
    )
    assert row_of(calm).spared == ""
    book = play(ask(), rooms(cache=cache(), semantic=True, pressure=pressed())) << Send >> arrived() << Relay
    row = row_of(book >> delivered())
    assert (row.route, row.facts.unknown, row.cache, row.spared) == ("all", (), "miss", "memory")


def test_who_wants_a_cached_answer_or_none_gets_it() -> None:
    """It is looked for all the same; and the identical question costs nothing to find."""
    only = ask(control=CacheControl(only_if_cached=True))
    book = play(only, rooms(cache=cache(), semantic=True, pressure=pressed())) << Embed >> None << Answer
    assert row_of(book >> Delivered(status=504)).spared == ""
    hit = play(ask(), rooms(cache=cache(entry()), semantic=True, pressure=pressed())) << Answer >> Delivered()
    row = row_of(hit)
    assert (row.cache, row.spared) == ("hit-exact", "")


@pytest.mark.parametrize("form", ["text", "json_schema"])
def test_forms_are_not_judged(form: str) -> None:
    """Nothing is recorded for it; and where there is none to be judged, nothing was spared."""
    made = rooms(decisions=Decisions(form=True), pressure=pressed())
    book = play(ask(view={"response_format": form}), made) << Send >> arrived() << expect(Relay, record=False)
    assert row_of(book >> delivered()).spared == ("memory" if form != "text" else "")


def test_what_was_recorded_in_calm_is_looked_at() -> None:
    """Though there was much to do when it ended: it costs less than it did to keep it."""
    made = rooms(decisions=Decisions(form=True), pressure=Pressure(PressureSpec(1.0, 1.0)))
    book = play(ask(view={"response_format": "json_schema"}), made) << Send >> arrived() << expect(Relay, record=True)
    made.pressure.felt(0.0, 0.65, 0.0)
    answer = b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "{}"}}]}'
    book >> delivered(body=answer) << Form >> Wanted(json=True) << expect(Note, record=lambda one: one.word == "formed")
    assert row_of(book >> None).spared == ""


@pytest.mark.parametrize("stream", [False, True])
def test_streams_are_not_recorded(stream: bool) -> None:
    """That takes memory for each; whole answers are there anyway, and may be shared."""
    book = play(ask(view={"stream": stream}), rooms(cache=cache(), pressure=pressed())) << Send >> arrived() << Relay
    assert book.command.record is not stream
    assert row_of(book >> delivered()).spared == ("memory" if stream else "")
