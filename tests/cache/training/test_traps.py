"""The generator of traps and paraphrases."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from wrp_cache.training.traps import BEYOND, KINDS, PARAPHRASE, Maker, grammar, is_held_out, lines, main, traps

ALL = KINDS + BEYOND


@pytest.mark.parametrize("held_out", [False, True, None])
def test_a_set_has_all_kinds(held_out: bool | None):
    """In equal numbers, with the share of paraphrases that is asked for; no pair is of one text, none comes twice."""
    made = traps(3, 400, held_out, kinds=ALL)
    counts = {kind: sum(one.kind == kind for one in made) for kind in (*ALL, PARAPHRASE)}
    assert counts.pop(PARAPHRASE) == 120
    assert set(counts.values()) == {28}
    assert all(one.a != one.b and one.dup is (one.kind == PARAPHRASE) for one in made)
    assert len({frozenset((one.a, one.b)) for one in made}) == len(made)
    assert all(not re.search(r"[\[\]{}<>\0]|  |\(\w+/", one.a + one.b) for one in made)


def test_a_seed_is_all_that_matters():
    """The same seed makes the same set, another one another."""
    assert traps(5, 60) == traps(5, 60)
    assert traps(5, 60) != traps(6, 60)


def test_what_is_held_out_is_not_seen():
    """Fillers of the one side never stand on the other; phrasings neither, where there are two to choose from."""
    seen, held = traps(1, 600, False, kinds=ALL), traps(1, 600, True, kinds=ALL)
    assert not {one.filler for one in seen} & {one.filler for one in held}
    assert not any(is_held_out(one.filler) for one in seen)
    assert {one.held_out for one in seen} == {False}
    assert {one.held_out for one in held} == {True}


def test_the_kinds():
    """What each trap changes."""
    maker = Maker(random.Random(2))
    for _ in range(20):
        swapped = maker.trap("order")
        assert not swapped.filler.startswith("= ")
        unit = maker.trap("unit")
        assert "[unit:" in unit.filler
        question = maker.trap("question")
        assert question.a != question.b


SMALL = """
== frames
HOW TASK
How do I <TASK>?
Tell me (how to/the way to) <TASK>

== TASK
go from {town} to {town}

== pools
town entity: Ghent, Porto
"""


def test_a_grammar_of_ones_own():
    """Any text of the form will do; kinds that it cannot make are refused."""
    maker = Maker(random.Random(0), source=grammar(SMALL))
    assert {maker.trap("order").b for _ in range(20)} & {"How do I go from Ghent to Porto?"}
    for kind in ("number", "question", "entity"):  # two towns that are both taken leave no third
        with pytest.raises(ValueError, match=f"makes no traps of kind '{kind}'"):
            maker.trap(kind)


def test_the_file(tmp_path: Path):
    """Lines that `wrp eval cache` reads: half of them held out, unless one side is wanted."""
    out = tmp_path / "traps.jsonl"
    assert main(["--seed", "1", "--count", "80", "--beyond", "--out", str(out)]) == 0
    told = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(told) == 80
    assert set(told[0]) == {"a", "b", "dup", "category", "held_out"}
    assert sum(one["held_out"] for one in told) == 40
    assert main(["--count", "20", "--only", "held-out", "--out", str(out)]) == 0
    assert all(json.loads(line)["held_out"] for line in out.read_text("utf-8").splitlines())
    assert lines([]) == ""
