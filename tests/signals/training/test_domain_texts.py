"""Each text of the domain head has the category of where it stands, and folds never part what belongs together."""

import pytest

from tests.signals.training.question_sets import EASY, SETS, put
from wrp_signals.training.domain_texts import BASIC, GSM8K_QUESTIONS, SUBJECTS, samples


@pytest.fixture
def found(tmp_path):
    """The texts of every set, by source."""
    by_source = {}
    for sample in samples(put(tmp_path)):
        by_source.setdefault(sample.source, []).append(sample)
    return by_source


def test_every_source_is_read(found, tmp_path):
    """In the same order each time; those of the bare head are among them."""
    assert samples(tmp_path) == [sample for group in found.values() for sample in group]
    assert {*BASIC, "arena topics", "banking77", "gsm8k", "math", "trivia_qa"} == set(found)
    assert all(sample.text and sample.group for group in found.values() for sample in group)


def test_exams_are_read_once(found):
    """Options are cut off, subjects become categories, what stands in both exams is of the first."""
    assert [(one.text, one.category) for one in found["mmlu"]] == [
        ("Who ruled Rome", "history"),
        ("Which groups are cyclic", "math"),
    ]
    assert (found["mmlu-pro"][0].text, found["mmlu-pro"][0].category) == (EASY.format(0), "history")
    assert len(found["mmlu-pro"]) == 25


def test_subjects_have_one_category():
    """None is listed twice."""
    subjects = " ".join(SUBJECTS.values()).split()
    assert len(subjects) == len(set(subjects))
    assert len(SUBJECTS) == 14


def test_code_is_shown_as_task_and_as_program(found):
    """Every third as program, in the group of its task."""
    assert [one.text for one in found["mbpp"]] == [
        "def f0(): pass",
        "Write function 1",
        "Write function 2",
        "def f3(): pass",
    ]
    assert [one.group for one in found["mbpp"]] == [f"writefunction{number}" for number in range(4)]
    assert {one.category for one in found["mbpp"]} == {"code"}


def test_arena_clusters_give_the_topic(found):
    """A cluster is a group; one about nothing in particular is left out."""
    assert [tuple(one)[:3] for one in found["arena code"]] == [("Fix my loop", "code", "arena Python Loops")]
    topics = found["arena topics"]
    assert [tuple(one)[:3] for one in topics] == [("Plan a launch", "business", "arena Startup Business Ideas")]


def test_talk_is_bounded_by_intent(found):
    """Five of each of CLINC's intents, three of BANKING77's, an intent being a group."""
    assert [one.text for one in found["clinc150"]] == [*(f"hello {n}" for n in range(5)), "bye"]
    assert {one.group for one in found["clinc150"]} == {"clinc150 greeting", "clinc150 goodbye"}
    assert [one.text for one in found["banking77"]] == [f"my card {n}" for n in range(3)]
    assert {one.category for one in found["clinc150"] + found["banking77"]} == {"conversation"}


def test_sums_and_trivia_are_bounded(found):
    """The first questions of GSM8K; of LLMRouter two tasks only."""
    assert len(found["gsm8k"]) == GSM8K_QUESTIONS
    assert {one.category for one in found["gsm8k"]} == {"math"}
    assert [one.category for one in found["math"] + found["trivia_qa"]] == ["math", "other"]
    assert "logic" not in found


@pytest.mark.parametrize("name", [*(f"{name}.jsonl.gz" for name in SETS), "cls_banking77/train.csv.gz"])
def test_a_missing_set_is_named(tmp_path, name):
    """Whichever it is."""
    (put(tmp_path) / name).unlink()
    with pytest.raises(FileNotFoundError, match=name.partition("/")[0]):
        samples(tmp_path)
