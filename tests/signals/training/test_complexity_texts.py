"""The complexity head learns from who failed which question, one model's luck averaged out."""

import gzip
import math

import numpy as np
import pytest

from tests.signals.training.question_sets import EASY, HARD, put
from wrp_signals.training.complexity_texts import EXAM, OWN_RESULT, Question, mixtral, questions, targets


@pytest.fixture
def data(tmp_path):
    return put(tmp_path)


def test_questions_carry_results(data):
    """Of the judged model and of all others; what was not tried is nan, what the judged one did not try is out."""
    found = questions(data)
    assert found[1] == Question(HARD.format(0), EXAM, 1.0, (1.0, 1.0))
    assert (found[0].text, found[0].failed, found[0].others[0]) == (EASY.format(0), 0.0, 0.0)
    assert math.isnan(found[0].others[1])
    assert [one.source for one in found] == [EXAM] * 24 + ["math", "trivia_qa"]
    assert found[24] == Question("Solve x^2 = 4", "math", 1.0, (1.0, 0.0, 0.0))


def test_questions_without_results_are_out(data):
    """Whether their result is empty, or their row missing."""
    assert "Nobody tried this" not in {one.text for one in questions(data)}
    table = data / "route_mmlu_pro/correct_matrix.csv.gz"
    table.write_bytes(gzip.compress(b"".join(gzip.decompress(table.read_bytes()).splitlines(True)[:3])))
    assert [one.text for one in questions(data) if one.source == EXAM] == [EASY.format(0), HARD.format(0)]


@pytest.mark.parametrize("name", ["correct_matrix.csv.gz", "questions.jsonl.gz"])
def test_a_missing_set_is_named(data, name):
    """Table or questions."""
    (data / "route_mmlu_pro" / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        questions(data)


def test_targets_weigh_luck_with_what_others_say(data):
    """Between 0 and 1; elsewhere the others' mean; a question nobody else failed is easier than its own result."""
    pytest.importorskip("sklearn")
    found = questions(data)
    found[2] = found[2]._replace(failed=1.0)
    goal = targets(found, np.zeros(len(found), bool))
    assert ((goal >= 0) & (goal <= 1)).all()
    assert goal[0] < 0.5 < goal[1]
    assert goal[4] + OWN_RESULT == pytest.approx(goal[2])
    assert goal[24:] == pytest.approx([OWN_RESULT + (1 - OWN_RESULT) / 3, (1 - OWN_RESULT) / 3])


def test_judges_do_not_teach(data):
    """Results of the questions that judge change only their own targets."""
    pytest.importorskip("sklearn")
    found = questions(data)
    judges = np.arange(len(found)) < 6
    turned = [one._replace(failed=1.0 - one.failed) if judge else one for one, judge in zip(found, judges, strict=True)]
    before, after = targets(found, judges), targets(turned, judges)
    assert (before[~judges] == after[~judges]).all()
    assert abs(before - after)[judges] == pytest.approx(OWN_RESULT)


def test_another_model_judges_another_exam(data):
    """MMLU's questions without options or other benchmarks, and whether Mixtral failed them."""
    texts, failed = mixtral(data)
    assert texts == [f"{EASY.format(0).upper()}?", "Who ruled Rome", "Which groups are cyclic"]
    assert failed == [False, False, True]
