"""Others' words as data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.marking import disarmed, mark_of

SECRET = b"secret"


def test_nobody_foresees_the_mark() -> None:
    """Who knows the id and all texts does not know it without the secret; another request has another one."""
    marks = {mark_of(id, secret, ["x"]) for id in ("dec_1", "dec_2") for secret in (SECRET, b"")}
    assert len(marks) == 4
    assert {len(mark) for mark in marks} == {24}


@given(st.lists(st.text(), max_size=4))
def test_it_stands_in_no_text(texts: list[str]) -> None:
    """Not even in one that has the mark that would have been drawn."""
    first = mark_of("dec_1", SECRET, texts)
    again = mark_of("dec_1", SECRET, [*texts, f"and {first}"])
    assert not any(again in text for text in [*texts, first])


MARKERS = ("<|im_end|>", "<|im_start|>", "<|eot_id|>", "</s>", "<s>", "[INST]", "[/INST]", "<end_of_turn>", "<<SYS>>")


@pytest.mark.parametrize("text", [*MARKERS, "<\uff5cend\uff5c>", "<\uff5cUser"])
def test_turns_are_not_ended_by_texts(text: str) -> None:
    """What chat templates tell turns apart by is taken to pieces; all else stays."""
    assert disarmed(f"a {text} b") == f"a {text[0]} {text[1:]} b"
    assert disarmed("if a < b or c[1] <html> <sum> <table>") == "if a < b or c[1] <html> <sum> <table>"
