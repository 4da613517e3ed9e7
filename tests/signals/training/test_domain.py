"""The domain head is learned reproducibly, judged on groups that it did not see, and is what the signal reads."""

import pytest

from tests.signals.training.question_sets import EASY, HARD, put
from wrp_signals import DomainSpec, HashingEmbedder, Materials, Message, RequestView
from wrp_signals.training.domain import FOLDS, built, train
from wrp_signals.training.domain_texts import Sample

pytest.importorskip("sklearn")
pytest.importorskip("scipy")
threadpoolctl = pytest.importorskip("threadpoolctl")
EMBEDDER = HashingEmbedder(16)
FORMS = {
    "code": "Write a Python function that sorts the {}",
    "history": "Which king fought the war of the {}",
    "math": "What is the integral of x^2 over the {}",
}
THINGS = ("lists", "trees", "roses", "north", "tables", "rivers")


@pytest.fixture(autouse=True)
def one_thread():
    """Products this small are slowed by threads, where cores are shared."""
    with threadpoolctl.threadpool_limits(1):
        yield


def invented():
    """Three categories of six groups, two texts each: as an exam, and as something that others ask."""
    for category, form in FORMS.items():
        for thing in THINGS:
            yield Sample(form.format(thing), category, f"{category} {thing}", "mmlu-pro")
            yield Sample(f"hey! {form.format(thing)}?", category, f"{category} {thing}", "strangers")


def ignored(what, share):
    """Nobody looks."""


def read(folder, text):
    """What the signal says of a text, with the head that was written."""
    files = Materials(model=EMBEDDER, read_file=lambda name: (folder / name).read_bytes())
    signal = DomainSpec(head="domain-model-card.json").build(files)
    return signal.read(RequestView("chat", "m", (Message("user", text),)), EMBEDDER.embed([text])[0])


def test_what_was_learned_is_read(tmp_path):
    """Card and weights, by the signal; twice the same; progress only grows."""
    told = []
    card = built(list(invented()), tmp_path, EMBEDDER, lambda what, share: told.append(share))
    first = (tmp_path / "domain-model.bin").read_bytes()
    assert built(list(invented()), tmp_path, EMBEDDER, ignored) == card
    assert (tmp_path / "domain-model.bin").read_bytes() == first
    assert told == sorted(told)
    assert (card.tier, card.embedder, card.dim, card.classes) == ("model", "hashing-16", 16, tuple(sorted(FORMS)))
    for category, form in FORMS.items():
        reading = read(tmp_path, form.format("seas"))
        assert reading.value == category
        assert 1 / 3 < reading.score <= 1.0


def test_the_report_judges_unseen_groups(tmp_path):
    """All texts, the exam alone, each class, each source, and sources that nobody trained on."""
    report = built(list(invented()), tmp_path, EMBEDDER, ignored).report
    assert (report["texts"], report["folds"], report["mmlu_pro"]["questions"]) == (36, FOLDS, 18)
    assert report["accuracy"] == report["macro_f1"] == report["mmlu_pro"]["accuracy"] == 1.0
    assert len(report["mmlu_pro"]["macro_f1_per_fold"]) == FOLDS
    assert set(report["f1"]) == set(FORMS)
    assert {name: figures["texts"] for name, figures in report["sources"].items()} == {"mmlu-pro": 18, "strangers": 18}
    assert set(report["unseen_sources"]) == {"strangers"}
    assert report["unseen_sources"]["strangers"]["accuracy"] > 0.9


def test_the_card_is_calibrated_on_what_was_held_out(tmp_path):
    """Its error is the report's; thresholds rise, and with them fewer are answered."""
    card = built(list(invented()), tmp_path, EMBEDDER, ignored)
    assert card.calibration.error == card.report["ece"]
    assert card.calibration.temperature > 0
    assert [row[0] for row in card.table] == sorted(row[0] for row in card.table)
    assert [row[2] for row in card.table] == sorted((row[2] for row in card.table), reverse=True)


def test_without_strangers_nothing_is_said_of_them(tmp_path):
    """Where all sources are basic."""
    known = [sample for sample in invented() if sample.source == "mmlu-pro"]
    assert built(known, tmp_path, EMBEDDER, ignored).report["unseen_sources"] == {}


def test_sets_are_read_from_their_folders(tmp_path):
    """From data to a head that tells mathematics from history."""
    put(tmp_path, "prompts_arena_hard/v0.1_question", "prompts_code_math/gsm8k_train", "prompts_code_math/mbpp")
    card = train(tmp_path, tmp_path / "out", EMBEDDER, ignored)
    assert card.classes == ("conversation", "history", "math", "other")
    assert card.report["mmlu_pro"]["questions"] == 25
    found = [read(tmp_path / "out", form.format("n")).value for form in (EASY, HARD)]
    assert found == ["history", "math"]


def test_missing_sets_and_embedders_are_named(tmp_path):
    """Training stops before anything is written."""
    with pytest.raises(FileNotFoundError, match="route_mmlu_pro"):
        train(tmp_path, tmp_path / "out", EMBEDDER, ignored)
    with pytest.raises(ValueError, match="name a tier"):
        train(tmp_path, tmp_path / "out", None, ignored)
    assert not (tmp_path / "out").exists()
