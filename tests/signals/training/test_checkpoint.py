"""Reading a model's folder: names, architecture, tokenizer, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("onnx", reason="NOT TESTED: pip install 'wrp-router[export]'")
pytest.importorskip("safetensors", reason="NOT TESTED: pip install 'wrp-router[export]'")

from tests.signals.training.bert import PLACES, save, tensors
from wrp_signals.training.checkpoint import DISTILBERT, NotExportable, architecture, checkpoint, named

MEAN = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False, "word_embedding_dimension": 32}
CLS = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}


def test_a_folder_is_read(tmp_path):
    """Weights as float32 under BERT's names, a tokenizer without padding, the window that has positions."""
    found = checkpoint(save(tmp_path / "small", {f"bert.{name}": value for name, value in tensors().items()}))
    assert found.tensors.keys() == tensors().keys()
    assert (found.of.name, found.of.pooling, found.of.positions, found.max_tokens) == ("small", "mean", 0, PLACES)
    assert json.loads(found.tokenizer)["padding"] is None


def test_the_window_is_what_the_model_was_made_for(tmp_path):
    """Where it says so."""
    (save(tmp_path) / "sentence_bert_config.json").write_text('{"max_seq_length": 33}')
    assert checkpoint(tmp_path).max_tokens == 33


@pytest.mark.parametrize(
    ("pooling", "mode"), [(MEAN, "mean"), (CLS, "cls"), ({"pooling_mode": "cls"}, "cls"), (None, "mean")]
)
def test_pooling(tmp_path, pooling, mode):
    """As the folder's modules say; the mean for a bare model."""
    assert checkpoint(save(tmp_path, pooling=pooling)).of.pooling == mode


def test_families(tmp_path):
    """RoBERTa's positions begin after the padding's; DistilBERT has other names."""
    assert checkpoint(save(tmp_path / "r", model_type="roberta", pad_token_id=1)).of.positions == 2
    theirs = {}
    for name, value in tensors().items():
        other = name
        for distilled, ours in reversed(DISTILBERT.items()):
            other = other.replace(ours, distilled)
        theirs[f"distilbert.{other}"] = value
    assert named(theirs).keys() == tensors().keys()
    config = {"model_type": "distilbert", "activation": "gelu", "n_layers": 6, "n_heads": 12, "dim": 768}
    of = architecture(config, {}, "d")
    assert (of.layers, of.heads, of.dim) == (6, 12, 768)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model_type": "mpnet"}, "of the family 'mpnet'"),
        ({"hidden_act": "relu"}, "activation is 'relu'"),
        ({"position_embedding_type": "relative_key"}, "positions are relative"),
        ({"pooling": {"pooling_mode_max_tokens": True}}, "pools neither"),
        ({"pooling": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}}, "pools neither"),
        ({"num_hidden_layers": 3}, r"no encoder\.layer\.2\.attention\.self\.query\.weight \(and 7 more\)"),
    ],
)
def test_what_the_graph_cannot_say_is_refused(tmp_path, changes, said):
    """With the reason."""
    with pytest.raises(NotExportable, match=said):
        checkpoint(save(tmp_path, **changes))


def test_modules_that_change_vectors_are_refused(tmp_path):
    """A dense layer after pooling, for one."""
    save(tmp_path, pooling=MEAN)
    modules = json.loads((tmp_path / "modules.json").read_text())
    (tmp_path / "modules.json").write_text(json.dumps([*modules, {"path": "3_Dense", "type": "x.models.Dense"}]))
    with pytest.raises(NotExportable, match="module Dense"):
        checkpoint(tmp_path)


def test_missing_and_broken_files_are_named(tmp_path):
    """Weights, and JSON that is none."""
    (save(tmp_path) / "model.safetensors").unlink()
    with pytest.raises(NotExportable, match=r"none of model\.safetensors, pytorch_model\.bin"):
        checkpoint(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(NotExportable, match=r"config\.json cannot be read"):
        checkpoint(tmp_path)


def test_half_precision_becomes_single(tmp_path):
    """And integers are left out."""
    half = {name: value.astype(np.float16) for name, value in tensors().items()}
    found = checkpoint(save(tmp_path, {**half, "embeddings.position_ids": np.arange(4)}))
    assert {value.dtype.name for value in found.tensors.values()} == {"float32"}


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_what_numpy_cannot_hold_is_read_by_torch(tmp_path, name):
    """Brain floats, and torch's own files without any code in them."""
    torch = pytest.importorskip("torch", reason="NOT TESTED: pip install torch")
    from safetensors.torch import save_file

    state = {key: torch.from_numpy(value).bfloat16() for key, value in tensors().items()}
    (save(tmp_path) / "model.safetensors").unlink()
    torch.save(state, tmp_path / name) if name.endswith(".bin") else save_file(state, tmp_path / name)
    found = checkpoint(tmp_path)
    assert np.allclose(
        found.tensors["embeddings.LayerNorm.weight"], tensors()["embeddings.LayerNorm.weight"], atol=1e-2
    )
