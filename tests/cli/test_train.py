"""`wrp train`: finds who trains, and tells what came of it. What they do is tested in tests/signals/training."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.cli.conftest import Wrp
from wrp_router.cli.options import TRAINED
from wrp_signals import WeightsDamaged
from wrp_signals.head import HeadCard

CARD = HeadCard("language-none-1", "language", "none", "", 0, ("de", "en"), "w", "0", (), report={"accuracy": 0.9876})


class Trainer(ModuleType):
    """Stands where a signal's training module would be imported from."""

    def __init__(self, signal: str, error: Exception | None = None) -> None:
        super().__init__(f"wrp_signals.training.{signal}")
        self.calls: list[tuple[Any, ...]] = []
        self._error = error

    def train(self, data: Path, out: Path, embedder: Any, progress: Callable[[str, float], None]) -> HeadCard:
        progress("folds", 0.5)
        self.calls.append((data, out, embedder))
        if self._error is not None:
            raise self._error
        return CARD


def trained(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None, signal: str = "language") -> Trainer:
    trainer = Trainer(signal, error)
    monkeypatch.setitem(sys.modules, trainer.__name__, trainer)
    return trainer


COMMAND = ("train", "language", "--data", "in", "--out", "out")


def test_the_report(wrp: Wrp, monkeypatch):
    """What was written, and how good it is."""
    trainer = trained(monkeypatch)
    assert wrp(*COMMAND) == (0, "language-none-1 written to out\n\naccuracy                   0.9876\n", "")
    assert trainer.calls == [(Path("in"), Path("out"), None)]


def test_json(wrp: Wrp, monkeypatch):
    """The whole card."""
    trained(monkeypatch)
    card = json.loads(wrp(*COMMAND, "--json")[1])
    assert (card["id"], card["report"]) == ("language-none-1", {"accuracy": 0.9876})


class Seeded(Trainer):
    def train(self, data: Path, out: Path, embedder: Any, progress: Any, seed: int = 0) -> HeadCard:
        self.calls.append((seed,))
        return CARD


def test_a_seed(wrp: Wrp, monkeypatch):
    """Is passed on to who takes one, and refused where it would change nothing."""
    trained(monkeypatch)
    code, _, err = wrp(*COMMAND, "--seed", "3")
    assert (code, err) == (1, "wrp: language is trained with a seed of its own: leave --seed out\n")
    seeded = Seeded("language")
    monkeypatch.setitem(sys.modules, seeded.__name__, seeded)
    assert wrp(*COMMAND, "--seed", "3")[0] == wrp(*COMMAND)[0] == 0
    assert seeded.calls == [(3,), (0,)]


def test_vectors(wrp: Wrp, monkeypatch, config):
    """Are made by the tier that is named, of the configuration that is given; a broken one is told."""
    trainer = trained(monkeypatch, signal="domain")
    command = ("train", "domain", "--data", "in", "--out", "out", "--tier", "model")
    assert wrp(*command)[0] == wrp(*command, "-c", config("embedder: {tier: model}\n"))[0] == 0
    assert [embedder.id.split("-")[0] for _, _, embedder in trainer.calls] == ["minilm", "minilm"]
    code, out, err = wrp(*command, "-c", config("embedder: {tier: none}\n"))
    assert (code, out) == (1, "")
    assert "the model tier is not there" in err
    code, _, err = wrp(*command, "-c", config("routs: []\n"))
    assert code == 1
    assert "E010" in err
    assert "wrp: " not in err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file", "in/x.jsonl"), "in/x.jsonl: No such file"),
        (WeightsDamaged("not the model"), "not the model"),
    ],
)
def test_what_went_wrong(wrp: Wrp, monkeypatch, error: Exception, said: str):
    """In one line; exit status 1."""
    trained(monkeypatch, error)
    assert wrp(*COMMAND) == (1, "", f"wrp: {said}\n")


def test_scikit_learn_is_an_extra(wrp: Wrp, monkeypatch):
    """Without it: what to install."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert wrp(*COMMAND) == (1, "", "wrp: training needs scikit-learn: pip install 'wrp-router[train]'\n")


class Exporter(ModuleType):
    """Stands where models are exported."""

    def export(self, name: str, out: Path, progress: Callable[[str, float], None]) -> Any:
        progress("reading", 0.5)
        return {"id": f"{name}-1", "out": str(out), "fidelity_to_fp32": {"cosine_mean": 0.999}}


def test_export(wrp: Wrp, monkeypatch):
    """Needs no data, and tells how near int8 is."""
    monkeypatch.setitem(sys.modules, "wrp_signals.training.export", Exporter("export"))
    told = wrp("train", "embedding", "--export", "mine", "--out", "out")
    assert told == (0, "mine-1 written to out\n\ncosine_mean                0.999\n", "")
    code, _, err = wrp("train", "embedding", "--out", "out")
    assert (code, err) == (1, "wrp: training needs --data DIR; --export MODEL does without\n")


@pytest.mark.parametrize("name", TRAINED)
def test_every_signal_has_who_trains_it(name: str):
    """Under its own name."""
    assert callable(import_module(f"wrp_signals.training.{name}").train)


@pytest.mark.parametrize("name", TRAINED)
def test_everything_that_trains_has_its_options(wrp: Wrp, name: str):
    """And a word on it."""
    code, out, _ = wrp("train", name, "--help")
    assert code == 0
    assert "--data DIR" in out
    assert TRAINED[name] in " ".join(out.split()).lower()
