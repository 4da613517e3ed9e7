"""What is worked out of a view once: by whom, from what, and what a copy knows of it."""

from weakref import ref

import msgspec

from wrp_signals import Message, RequestView
from wrp_signals.once import afresh, lately, once

VIEW = RequestView("chat", "auto", (Message("user", "hello"),))


def counting():
    """Two functions that count their calls."""
    calls = []

    @once
    def length(view):
        calls.append("length")
        return len(view.asked())

    @once
    def times(view, factor):
        calls.append(factor)
        return factor * len(view.asked())

    return calls, length, times


def test_it_is_made_once_for_each_view_and_argument():
    """Zero counts as made; two functions do not meet."""
    calls, length, times = counting()
    one, other = afresh(VIEW), RequestView("chat", "auto", ())
    assert [length(one), length(one), times(one, 2), times(one, 3), times(one, 2)] == [5, 5, 10, 15, 10]
    assert [length(other), length(other)] == [0, 0]
    assert calls == ["length", 2, 3, "length"]


def test_a_copy_knows_nothing():
    """Neither one that says the same, nor one that was changed; and views stay equal by what they say."""
    calls, length, _ = counting()
    one = afresh(VIEW)
    changed = msgspec.structs.replace(one, messages=(Message("user", "hello again"),))
    assert [length(one), length(afresh(one)), length(changed)] == [5, 5, 11]
    assert calls == ["length"] * 3
    assert one == afresh(one)
    assert msgspec.json.encode(one) == msgspec.json.encode(afresh(one))


def test_lately_keeps_what_was_made_of_the_last_view_only():
    """By the view itself, not by what it says; and keeps no view."""
    calls = []

    @lately
    def length(view):
        calls.append(view.asked())
        return len(view.asked())

    one, other = afresh(VIEW), RequestView("chat", "auto", ())
    assert [length(one), length(one), length(afresh(one)), length(other), length(other), length(one)] == [
        5,
        5,
        5,
        0,
        0,
        5,
    ]
    assert calls == ["hello", "hello", "", "hello"]
    there = ref(one)
    del one
    assert there() is None
