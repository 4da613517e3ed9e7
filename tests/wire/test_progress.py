"""The state of one stream, as its readers tell it."""

from __future__ import annotations

import pytest

from wrp_router.wire.faults import Fault
from wrp_router.wire.progress import Kind, Progress


def test_nothing_yet():
    """Not whole, not broken, nothing used."""
    one = Progress(1, True)
    assert (one.complete, one.broken, one.committed, one.finish_reason) == (False, False, False, "")
    assert (one.tokens_in, one.tokens_out, one.tokens_cached, one.estimated) == (0, 0, 0, True)


def test_whole_with_its_marker():
    """After a finish reason for every choice, and not before."""
    one = Progress(2, True)
    one.finish(0, "stop")
    assert not one.all_finished
    one.finish(1, "length")
    assert one.all_finished
    assert not one.complete
    assert one.end(one.all_finished) is Kind.ENDED
    assert (one.complete, one.finish_reason) == (True, "length")


def test_whole_without_a_marker():
    """For engines that never send one, finish reasons suffice."""
    one = Progress(1, False)
    one.finish(0, "stop")
    assert one.complete


def test_a_choice_that_was_not_asked_for():
    """Finishes nothing."""
    one = Progress(1, True)
    one.finish(1, "stop")
    one.finish(-1, "stop")
    assert one.finished == {}


def test_an_end_too_early_is_a_failure():
    """And so it stays, with the first reason that was given."""
    one = Progress(1, True)
    assert one.end(one.all_finished) is Kind.BROKEN
    assert one.fail("later") is Kind.BROKEN
    assert (one.complete, one.error) == (False, "the engine ended its stream before its answer")


def test_a_failure_without_words():
    """Gets some."""
    one = Progress(1, True)
    one.fail("")
    assert (one.error, one.quotes) == ("the engine reported an error", False)


def test_a_failure_in_the_engines_words():
    """They may quote the prompt, and are marked for that; later ones change nothing."""
    one = Progress(1, True)
    one.fail("ours", Fault("your prompt, 'I am ill', is too long"))
    one.fail("later")
    assert (one.error, one.quotes) == ("your prompt, 'I am ill', is too long", True)
    two = Progress(1, True)
    two.fail("ours", Fault())
    assert (two.error, two.quotes) == ("ours", False)
    assert (one.fault, two.fault) == (Fault("your prompt, 'I am ill', is too long"), Fault())


def test_usage_amends():
    """What is null says nothing; deltas are counted until answer tokens are."""
    one = Progress(1, True)
    assert one.said(2) is Kind.SUBSTANCE
    assert (one.committed, one.tokens_out) == (True, 2)
    one.used({"prompt_tokens": 5}, final=False)
    assert (one.tokens_in, one.tokens_out, one.estimated) == (5, 2, True)
    one.used({"prompt_tokens": None, "completion_tokens": 9})
    one.used("nonsense")
    assert (one.tokens_in, one.tokens_out, one.estimated) == (5, 9, False)


@pytest.mark.fault("S8")
@pytest.mark.parametrize("count", [0, -7, "7", None, 1.5])
def test_a_count_of_nothing_beside_an_answer(count: object):
    """Is none: deltas are what there is. Where nothing was said it is believed."""
    spoke, silent = Progress(1, True), Progress(1, True)
    spoke.said(40)
    for one in (spoke, silent):
        one.used({"prompt_tokens": 5, "completion_tokens": count})
    assert (spoke.tokens_in, spoke.tokens_out, spoke.estimated) == (5, 40, True)
    assert (silent.tokens_in, silent.tokens_out, silent.estimated) == (5, 0, False)
