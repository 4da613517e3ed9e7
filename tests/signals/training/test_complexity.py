"""The complexity head is learned reproducibly, judged on what it did not see, and is what the signal reads."""

import pytest

from tests.signals.training.question_sets import EASY, HARD, put
from wrp_signals import ComplexitySpec, HashingEmbedder, Materials, Message, RequestView
from wrp_signals.training.complexity import FEWEST, FOLDS, built, train
from wrp_signals.training.complexity_texts import EXAM, Question

pytest.importorskip("sklearn")
pytest.importorskip("scipy")
threadpoolctl = pytest.importorskip("threadpoolctl")
EMBEDDER = HashingEmbedder(16)
NOBODY = ([], [])


@pytest.fixture(autouse=True)
def one_thread():
    """Products this small are slowed by threads, where cores are shared."""
    with threadpoolctl.threadpool_limits(1):
        yield


def invented(source=EXAM, count=40):
    """As many easy questions as hard ones; every tenth has luck against it."""
    for number in range(count):
        hard = bool(number % 2)
        failed = float(hard != (number % 10 == 0))
        form = f"{source} {HARD if hard else EASY}"
        yield Question(form.format(number), source, failed, (float(hard),) * 3)


def ignored(what, share):
    """Nobody looks."""


def score(folder, text):
    """What the signal says of a text, with the head that was written."""
    files = Materials(model=EMBEDDER, read_file=lambda name: (folder / name).read_bytes())
    signal = ComplexitySpec(head="complexity-model-card.json").build(files)
    return signal.read(RequestView("chat", "m", (Message("user", text),)), EMBEDDER.embed([text])[0]).score


def test_what_was_learned_is_read(tmp_path):
    """Card and weights, by the signal; twice the same; progress only grows."""
    told = []
    found = list(invented())
    card = built(found, tmp_path, EMBEDDER, lambda what, share: told.append(share), lambda: NOBODY)
    first = (tmp_path / "complexity-model.bin").read_bytes()
    assert built(found, tmp_path, EMBEDDER, ignored, lambda: NOBODY) == card
    assert (tmp_path / "complexity-model.bin").read_bytes() == first
    assert told == sorted(told)
    assert (card.tier, card.embedder, card.classes) == ("model", "hashing-16", ("easy", "hard"))
    assert [part.name for part in card.parts] == ["rows", "bias", "grams", "form"]
    assert score(tmp_path, EASY.format("x")) < 0.5 < score(tmp_path, HARD.format("n"))


def test_the_exam_alone_can_teach(tmp_path):
    """Nothing is said of other tasks, nor of strangers, where there are none."""
    report = built(list(invented()), tmp_path, EMBEDDER, ignored, lambda: NOBODY).report
    assert (report["texts"], report["folds"], report["mmlu_pro"]["questions"]) == (40, FOLDS, 40)
    assert report["mmlu_pro"]["auroc"] > 0.8
    assert "other_tasks" not in report
    assert report["tasks"] == report["mixtral_on_mmlu"] == {}


def test_tasks_are_judged_alone_where_there_are_enough(tmp_path):
    """And all of them together; table and error are those of the exam."""
    found = [*invented(), *invented("many", FEWEST), *invented("few", FEWEST - 1)]
    card = built(found, tmp_path, EMBEDDER, ignored, lambda: NOBODY)
    assert card.report["other_tasks"]["questions"] == 2 * FEWEST - 1
    assert set(card.report["tasks"]) == {"many"}
    assert card.calibration.error == card.report["mmlu_pro"]["ece"]
    assert card.report["mmlu_pro"]["failed"] == 0.6
    assert card.calibration.temperature > 0


def test_strangers_only_judge(tmp_path):
    """Questions that were trained on are left out; the weights are what they are without them."""
    found = list(invented())
    texts = [found[0].text, "Name the colour of my car", "Prove that the integral of x^77 converges"]
    card = built(found, tmp_path, EMBEDDER, ignored, lambda: (texts, [True, False, True]))
    assert card.report["mixtral_on_mmlu"] == {"questions": 2, "auroc": 1.0}
    assert built(found, tmp_path, EMBEDDER, ignored, lambda: NOBODY).sha256 == card.sha256


def test_sets_are_read_from_their_folders(tmp_path):
    """From data to a head that tells easy from hard."""
    card = train(put(tmp_path), tmp_path / "out", EMBEDDER, ignored)
    assert card.report["texts"] == 26
    assert card.report["mixtral_on_mmlu"]["questions"] == 2
    assert score(tmp_path / "out", EASY.format("x")) < score(tmp_path / "out", HARD.format("n"))


@pytest.mark.parametrize("missing", ["route_mmlu_pro", "route_llmrouter9", "route_routellm"])
def test_missing_sets_are_named(tmp_path, missing):
    """Training stops before anything is written."""
    for path in (put(tmp_path) / missing).iterdir():
        path.unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        train(tmp_path, tmp_path / "out", EMBEDDER, ignored)
    assert not (tmp_path / "out").exists()


def test_missing_embedders_are_named(tmp_path):
    """Before data is looked for."""
    with pytest.raises(ValueError, match="name a tier"):
        train(tmp_path, tmp_path / "out", None, ignored)
    assert not (tmp_path / "out").exists()
