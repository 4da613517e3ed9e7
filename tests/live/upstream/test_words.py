"""What the upstream side answers with."""

from __future__ import annotations

from wrp_router.live.upstream.words import FIELD_LIMIT, HEAD_LIMIT, Broken, Head


def test_broken_says_what_and_how_far():
    """Reason, detail, whether a byte had come, which timer."""
    broken = Broken("timeout", "no head", answered=True, timer="ttft")
    assert str(broken) == "timeout: no head"
    assert (broken.reason, broken.answered, broken.timer) == ("timeout", True, "ttft")
    assert (str(Broken("reset")), Broken("reset").answered, Broken("reset").timer) == ("reset", False, "")


def test_bounds_and_words():
    """One field fits into a head; an answer's type is optional."""
    assert FIELD_LIMIT < HEAD_LIMIT
    assert Head(200, []).content_type == ""
