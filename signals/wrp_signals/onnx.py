"""The model tier: all-MiniLM-L6-v2 in int8 on onnxruntime. Reads no files, needs no torch, downloads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from .card import EXPORTED_CARD, EmbedderCard, checked, embedder_card
from .errors import BadVector, TierMissing
from .signal import Embedder
from .vectors import Rows, unit

BATCH = 32
"""Texts in one run of the model at most."""

TOKENS = 512
"""Padded tokens in one run at most. More fall out of the processor's cache: 128-token texts take 16 ms each in runs of
up to 4, 25 ms in runs of 32; 16-token texts 3.1 ms alone, 1.9 in runs of 8 to 32."""

WINDOWS = range(32, 513)
"""Windows that hold the probe and for which the model has positions."""

AGREEMENT = 0.9995
"""Cosine to the card's probe vector above which a machine computes the same vectors."""

CHARACTERS_PER_TOKEN = 10
"""A text is cut to this many characters per token of the window before it is tokenised, so that a megabyte costs no
more than a page. English has 4 to 5."""


class OnnxEmbedder:
    """Texts to unit vectors, float32[n, dim].

    The window is the first `max_tokens` tokens (the two special ones included) of the first 10 x `max_tokens`
    characters: two long texts that begin alike get the same vector. The vector of a text does not depend on what it is
    batched with (to 1e-6). The empty text has a vector too, that of its two special tokens; signals that would mistake
    it for meaning look at the text first. Safe to call from several threads; each call uses `threads` of them.
    """

    def __init__(
        self, model: bytes, tokenizer: bytes, id: str, threads: int = 1, max_tokens: int = 256, exact: bool = False
    ) -> None:
        """`model`: ONNX, (input_ids int64[b, s], attention_mask int32[b, s]) -> float32[b, d]; `tokenizer`: the JSON
        of the tokenizers library. Pass only bytes that were checked against their card. `exact` takes kernels that
        do not saturate where the processor has no VNNI, at about 1.8 times the cost. Raises TierMissing."""
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise TierMissing(
                f"the model tier is not installed ({error.name}): pip install 'wrp-router[model]'"
            ) from None
        self._id = id
        self._characters = max_tokens * CHARACTERS_PER_TOKEN
        self._tokenizer = tokenizers.Tokenizer.from_str(tokenizer.decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # keeps what the largest run took for ever, and is no faster
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.x64quantprecision", str(int(exact)))
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._dim = int(self._session.get_outputs()[0].shape[1])

    @property
    def id(self) -> str:
        return self._id

    @property
    def dim(self) -> int:
        return self._dim

    def embed(self, texts: Sequence[str]) -> Rows:
        """float32[len(texts), dim], finite unit rows. Raises BadVector if the model gives anything else."""
        rows = np.zeros((len(texts), self._dim), np.float32)
        ids = [self._tokenizer.encode(clean(text[: self._characters])).ids for text in texts]
        for batch in batches([len(one) for one in ids]):
            rows[batch] = self._run([ids[i] for i in batch])
        return unit(rows) if len(texts) else rows

    def _run(self, ids: list[list[int]]) -> Any:
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros((len(ids), longest), np.int32)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return self._session.run(None, {"input_ids": padded, "attention_mask": mask})[0]


def batches(lengths: Sequence[int]) -> Iterable[list[int]]:
    """Indices grouped so that texts of like length share a run: within BATCH texts and TOKENS padded tokens."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == BATCH or (len(batch) + 1) * lengths[index] > TOKENS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def clean(text: str) -> str:
    """The text without lone surrogates, which the tokenizer refuses."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def minilm(
    card: bytes, model: bytes, tokenizer: bytes, threads: int = 1, max_tokens: int | None = None
) -> OnnxEmbedder:
    """The embedder that the three files describe. A window other than the card's becomes part of the id.

    Raises WeightsDamaged before onnxruntime sees a byte that the card does not vouch for, BadVector if this machine
    computes other vectors than the card says even with exact kernels, TierMissing, and ValueError for a window outside
    32 to 512 tokens.
    """
    facts = embedder_card(card)
    window = facts.max_tokens if max_tokens is None else max_tokens
    if window not in WINDOWS:
        raise ValueError(f"max_tokens is {window}: the window must hold {WINDOWS[0]} to {WINDOWS[-1]} tokens")
    id = facts.id if window == facts.max_tokens else f"{facts.id}@{window}"
    checked(model, facts.sha256[facts.model], facts.model)
    checked(tokenizer, facts.sha256[facts.tokenizer], facts.tokenizer)
    for exact in (False, True):
        embedder = OnnxEmbedder(model, tokenizer, id, threads, window, exact)
        if agreement(embedder, facts) > AGREEMENT:
            return embedder
    raise BadVector(f"{facts.id}: this machine computes other vectors than the card says")


def exported(folder: str, read: Callable[[str], bytes], threads: int = 1) -> OnnxEmbedder:
    """The embedder in a folder that `wrp train embedding --export` wrote. `read` gives a file's bytes.

    Raises TierMissing where a file is not there, and what `minilm` raises.
    """
    try:
        card = read(f"{folder}/{EXPORTED_CARD}")
        facts = embedder_card(card)
        return minilm(card, read(f"{folder}/{facts.model}"), read(f"{folder}/{facts.tokenizer}"), threads)
    except (OSError, msgspec.DecodeError) as error:
        message = f"{folder} holds no exported embedding model ({error})"
        raise TierMissing(f"{message}: run `wrp train embedding --export NAME --out {folder}`") from None


def agreement(embedder: Embedder, facts: EmbedderCard) -> float:
    """The cosine between the probe's vector here and on the card. Saturating kernels give about 0.997."""
    return float(embedder.embed([facts.probe])[0] @ np.asarray(facts.probe_vector, np.float32))
