"""The encoder's graph: fp32 as the paper has it, int8 near it and independent of the batch."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnx", reason="NOT TESTED: pip install 'wrp-router[export]'")

import onnxruntime

from tests.signals.training.bert import DIM, HEADS, LAYERS, TEXTS, tensors, tokenizer, vectors
from wrp_signals.training.bert_graph import Architecture, encoder, per_column

OF = Architecture("small", LAYERS, HEADS, DIM)
WEIGHTS = tensors()


def run(model, texts):
    """All texts in one run, padded to the longest."""
    words = tokenizer()
    words.enable_padding()
    batch = words.encode_batch(texts)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ids = np.array([one.ids for one in batch])
    return session.run(
        None, {"input_ids": ids, "attention_mask": np.array([o.attention_mask for o in batch], np.int32)}
    )


def ranges():
    """What the calibration texts do at every site."""
    model, sites = encoder(WEIGHTS, OF, taps=True)
    seen = [run(model, [text])[1:] for text in TEXTS]
    flat = {
        site: np.concatenate([one[n].reshape(-1, one[n].shape[-1]) for one in seen]) for n, site in enumerate(sites)
    }
    return {site: (rows.min(0), rows.max(0)) for site, rows in flat.items()}


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("first", [0, 2])
def test_fp32_is_the_model(pooling, first):
    """Whatever is pooled, and wherever positions begin; a text's vector does not depend on its batch."""
    of = Architecture("small", LAYERS, HEADS, DIM, positions=first, pooling=pooling)
    found = run(encoder(WEIGHTS, of)[0], TEXTS[:20])[0]
    assert np.abs(found - vectors(WEIGHTS, TEXTS[:20], pooling, first)).max() < 1e-5


def test_types_of_tokens_may_be_missing():
    """As in DistilBERT."""
    bare = {name: value for name, value in WEIGHTS.items() if "token_type" not in name}
    found = run(encoder(bare, OF)[0], TEXTS[:3])[0]
    assert np.abs(found - vectors(bare, TEXTS[:3])).max() < 1e-5


def test_int8_is_near_it():
    """And one text has one vector, whatever it is batched with."""
    model, sites = encoder(WEIGHTS, OF, ranges())
    assert len(sites) == 3 * LAYERS
    alone = np.concatenate([run(model, [text])[0] for text in TEXTS])
    assert (alone * vectors(WEIGHTS, TEXTS)).sum(1).min() > 0.99
    assert np.abs(run(model, TEXTS)[0] - alone).max() < 1e-5


def test_columns_are_rounded_by_themselves():
    """One scale each; a column of zeros stays zeros."""
    integer, scale = per_column(np.array([[1.0, 100.0, 0.0], [-0.5, 50.0, 0.0]], np.float32))
    assert integer.tolist() == [[127, 127, 0], [-64, 64, 0]]
    assert np.allclose(scale[:2], [1 / 127, 100 / 127])
