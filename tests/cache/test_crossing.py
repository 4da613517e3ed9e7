"""A cross-encoder after the guard: asked last, refused when it fails, and imported only when it is wanted."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wrp_cache.crossing import CrossGuard, OnnxCross, SentenceCross, chance, cross_encoder
from wrp_cache.guard import Guard
from wrp_signals.errors import TierMissing

ASKED, ALIKE = "How do I restore my password?", "How can I recover my password?"


class Says:
    """A model that always gives the same, and remembers what it was asked."""

    def __init__(self, alike: float) -> None:
        self.asked: list[tuple[str, str]] = []
        self._alike = alike

    def alike(self, asked: str, stored: str) -> float:
        self.asked.append((asked, stored))
        if self._alike < 0:
            raise RuntimeError("out of memory")
        return self._alike


def test_the_model_has_the_last_word():
    """Above its bar a neighbour passes, below it is vetoed with the figure."""
    assert CrossGuard(Says(0.7), Guard()).judge(ASKED)(ALIKE, 0.9) is None
    assert CrossGuard(Says(0.3), Guard()).judge(ASKED)(ALIKE, 0.9) == "cross-encoder: 0.30 < 0.50"
    assert CrossGuard(Says(0.7), Guard(), bar=0.9).judge(ASKED)(ALIKE, 0.9) == "cross-encoder: 0.70 < 0.90"
    assert CrossGuard(Says(math.nan), Guard()).judge(ASKED)(ALIKE, 0.9) == "cross-encoder: nan < 0.50"


def test_who_is_asked_before_has_the_vectors():
    """They are passed on, and the model is shown none."""
    told: list[object] = []

    class Before:
        def judge(self, asked: str, vector: object = None) -> object:
            return lambda stored, similarity, recall: told.extend((vector, recall()))

    assert CrossGuard(Says(0.7), Before()).judge(ASKED, "u")(ALIKE, 0.9, lambda: "v") is None  # type: ignore[arg-type]
    assert told == ["u", "v"]


def test_it_is_asked_last():
    """What the rules veto, and what is equal, costs no run of the model."""
    model = Says(0.0)
    against = CrossGuard(model, Guard()).judge(ASKED)
    assert against("How do I reset 2 passwords?", 0.9) == "number: none != 2"
    assert against(ASKED, 1.0) is None
    assert model.asked == []


def test_a_model_that_fails():
    """Is a veto: a miss, never a guess."""
    assert CrossGuard(Says(-1.0), Guard()).probability(ASKED, ALIKE) == 0.0
    assert CrossGuard(Says(-1.0), Guard()).judge(ASKED)(ALIKE) == "cross-encoder: failed (RuntimeError)"


def test_chance():
    """One logit is a sigmoid's, several a softmax's, the last being yes."""
    assert chance([0.0]) == 0.5
    assert chance([1e9]) == pytest.approx(1.0)
    assert chance([0.0, math.log(3)]) == pytest.approx(0.75)


class Library:
    """What sentence-transformers' CrossEncoder gives for a pair."""

    def __init__(self, told: list[float]) -> None:
        self._told = told

    def predict(self, pairs: list[tuple[str, str]], show_progress_bar: bool) -> Any:
        assert pairs == [(ASKED, ALIKE)]
        assert not show_progress_bar
        return np.array(self._told)


@pytest.mark.parametrize(("told", "alike"), [([0.25], 0.25), ([4.0], 0.982), ([0.0, 0.0], 0.5)])
def test_the_library(told: list[float], alike: float):
    """A probability is taken as it is; a logit, or several, are turned into one."""
    assert SentenceCross(Library(told)).alike(ASKED, ALIKE) == pytest.approx(alike, abs=1e-3)


TOKENIZER = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [],
    "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None,
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "how": 1, "reset": 2, "password": 3}, "unk_token": "[UNK]"},
}


def tiny(inputs: tuple[str, ...] = ("input_ids", "attention_mask")) -> bytes:
    """An ONNX model whose logit is the sum of the token ids, less 10."""
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    given = [helper.make_tensor_value_info(name, kinds.INT64, [1, None]) for name in inputs]
    ten = helper.make_tensor("ten", kinds.FLOAT, [1, 1], [10.0])
    nodes = [
        helper.make_node("Cast", [inputs[0]], ["ids"], to=kinds.FLOAT),
        helper.make_node("ReduceSum", ["ids"], ["sum"], keepdims=1),
        helper.make_node("Sub", ["sum", "ten"], ["logits"]),
    ]
    out = [helper.make_tensor_value_info("logits", kinds.FLOAT, [1, 1])]
    graph = helper.make_graph(nodes, "tiny", given, out, [ten])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


def test_an_onnx_folder(tmp_path: Path):
    """Both texts are read as one row of tokens; the logit becomes a probability."""
    (tmp_path / "model.onnx").write_bytes(tiny())
    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    model = cross_encoder(str(tmp_path), lambda path: Path(path).read_bytes())
    assert isinstance(model, OnnxCross)
    assert model.alike("How reset password", "reset password") == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-4)
    assert model.alike("\ud800", "") < 0.01


def test_an_onnx_model_of_another_kind():
    """What wants other inputs reads no pairs of texts."""
    with pytest.raises(TierMissing, match="wants pixels: it is no cross-encoder"):
        OnnxCross(tiny(("pixels",)), json.dumps(TOKENIZER).encode())


def absent(path: str) -> bytes:
    raise FileNotFoundError(path)


def test_a_name_goes_to_the_library():
    """Where there is no ONNX folder; what is not installed, or unknown, is said with what to do."""
    assert isinstance(cross_encoder("some/model", absent, lambda name: Library([0.5])), SentenceCross)

    def missing(name: str) -> Any:
        raise ImportError("no", name="sentence_transformers")

    with pytest.raises(TierMissing, match=r"needs sentence_transformers: pip install 'wrp-router\[model\]'"):
        cross_encoder("some/model", absent, missing)

    def unknown(name: str) -> Any:
        raise OSError("not a folder")

    with pytest.raises(TierMissing, match="there is no cross-encoder 'some/model': not a folder"):
        cross_encoder("some/model", absent, unknown)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch):
    """The library is imported only here."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(TierMissing, match="a cross-encoder needs"):
        cross_encoder("some/model", absent)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(TierMissing, match="a cross-encoder needs"):
        OnnxCross(b"", b"")
