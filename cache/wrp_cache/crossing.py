"""A cross-encoder as the hit guard's last word: a model that reads both questions at once. Off unless it is asked for;
it brings no weights, and imports its libraries only when one is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from wrp_cache.against import Against, Judge, Recall, unknown
from wrp_signals.errors import TierMissing
from wrp_signals.facts import Vector

CHARACTERS = 2_048
"""Of each text, that the model is shown."""

TOKENS = 256

INPUTS = ("input_ids", "attention_mask", "token_type_ids")

WITHOUT = "pip install 'wrp-router[model]' for an ONNX folder, 'wrp-router[sentence-transformers]' for any other model"


class Crossed(Protocol):
    """A model that reads two texts at once."""

    def alike(self, asked: str, stored: str) -> float:
        """The probability that one answer serves both."""
        ...


class CrossGuard:
    """What another guard lets pass is vetoed where the model finds the texts alike to less than `bar`, with the
    evidence `cross-encoder: 0.31 < 0.50`; and where the model fails."""

    __slots__ = ("_before", "_model", "bar")

    def __init__(self, model: Crossed, before: Judge, bar: float = 0.5) -> None:
        self._model, self._before, self.bar = model, before, bar

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        """What is asked of each neighbour. One run of the model for each that nothing else speaks against."""
        earlier = self._before.judge(asked, vector)

        def against(stored: str, similarity: float = 1.0, recall: Recall = unknown) -> str | None:
            evidence = earlier(stored, similarity, recall)
            if evidence is not None or asked == stored:
                return evidence
            try:
                alike = self._alike(asked, stored)
            except Exception as error:
                return f"cross-encoder: failed ({type(error).__name__})"
            return None if alike >= self.bar else f"cross-encoder: {alike:.2f} < {self.bar:.2f}"

        return against

    def probability(self, asked: str, stored: str) -> float:
        """What the model says alone: 1.0 for the same text, 0.0 where it fails."""
        try:
            return 1.0 if asked == stored else self._alike(asked, stored)
        except Exception:
            return 0.0

    def _alike(self, asked: str, stored: str) -> float:
        return self._model.alike(asked[:CHARACTERS], stored[:CHARACTERS])


class OnnxCross:
    """A cross-encoder exported to ONNX: logits float32[1, 1] (one sigmoid) or float32[1, n] (softmax, the last class
    being "duplicate")."""

    def __init__(self, model: bytes, tokenizer: bytes) -> None:
        """`model`: ONNX bytes; `tokenizer`: the JSON of the tokenizers library. Raises TierMissing."""
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise TierMissing(f"a cross-encoder needs {error.name}: {WITHOUT}") from None
        self._tokenizer = tokenizers.Tokenizer.from_str(tokenizer.decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = [one.name for one in self._session.get_inputs()]
        strange = set(self._inputs) - set(INPUTS)
        if strange:
            raise TierMissing(
                f"this ONNX model wants {', '.join(sorted(strange))}: it is no cross-encoder of two texts"
            )

    def alike(self, asked: str, stored: str) -> float:
        read = self._tokenizer.encode(_clean(asked), _clean(stored))
        rows = dict(zip(INPUTS, (read.ids, read.attention_mask, read.type_ids), strict=True))
        feed = {name: np.array([rows[name]], np.int64) for name in self._inputs}
        return chance(np.ravel(self._session.run(None, feed)[0]))


class SentenceCross:
    """A CrossEncoder of sentence-transformers."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def alike(self, asked: str, stored: str) -> float:
        """Its own activation is kept where it gives one number between 0 and 1."""
        told = np.ravel(np.asarray(self._model.predict([(asked, stored)], show_progress_bar=False), np.float64))
        return float(told[0]) if len(told) == 1 and 0.0 <= told[0] <= 1.0 else chance(told)


def chance(logits: Any) -> float:
    """Sigmoid of one logit; of several the softmax of the last."""
    told = np.clip(np.asarray(logits, np.float64), -60.0, 60.0)
    if len(told) == 1:
        return float(1.0 / (1.0 + np.exp(-told[0])))
    powers = np.exp(told - told.max())
    return float(powers[-1] / powers.sum())


def cross_encoder(name: str, read: Callable[[str], bytes], load: Callable[[str], Any] | None = None) -> Crossed:
    """The model at `name`: a folder with `model.onnx` and `tokenizer.json`, else what sentence-transformers makes of
    it. `read` gives a file's bytes, `load` stands for the library. Raises TierMissing that says what to install."""
    try:
        return OnnxCross(read(f"{name}/model.onnx"), read(f"{name}/tokenizer.json"))
    except OSError:
        pass
    try:
        return SentenceCross((load or _loaded)(name))
    except ImportError as error:
        raise TierMissing(f"a cross-encoder needs {error.name}: {WITHOUT}") from None
    except (OSError, ValueError) as error:
        raise TierMissing(f"there is no cross-encoder {name!r}: {error}") from None


def _loaded(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    return CrossEncoder(name)


def _clean(text: str) -> str:
    """Without lone surrogates, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()
