"""What the training of heads shares: their features as matrices, fitting, calibration, and writing weights and card."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from wrp_signals.grams import FORM, form_of, grams_of
from wrp_signals.head import DTYPES, HeadCard, Part, PartName
from wrp_signals.signal import Embedder, Tier

Progress = Callable[[str, float], None]
"""Called with what is being done and the share that is done."""

Dtype = Literal["f4", "f2", "i1"]
DTYPE: dict[PartName, Dtype] = {"rows": "f2", "grams": "i1"}
"""How each part is stored; float32 where it says nothing."""

MEMORY = 20
"""Past steps that L-BFGS keeps."""


class Layout(NamedTuple):
    """What a head reads: a vector of `dim` numbers, `buckets` of grams, and the form, which counts `form` (0: not)."""

    dim: int
    buckets: int
    form: float = 0.0


class Features(NamedTuple):
    """`dense` float32[n, dim or dim + FORM], `grams` a sparse float32[n, buckets]."""

    dense: Any
    grams: Any

    def rows(self, index: Any) -> Features:
        """Those of some texts."""
        return Features(self.dense[index], self.grams[index])

    def scores(self, weights: Any) -> Any:
        """float[n, outputs] by weights[dense + buckets + 1, outputs], the bias last."""
        split = self.dense.shape[1]
        return self.dense @ weights[:split] + self.grams @ weights[split:-1] + weights[-1]

    def pulled(self, residue: Any) -> Any:
        """The transposed product: what each weight gets of float[n, outputs]."""
        return np.concatenate([self.dense.T @ residue, self.grams.T @ residue, residue.sum(0, keepdims=True)])


def tier_of(embedder: Embedder) -> Tier:
    """The tier that an embedder serves."""
    return "static" if embedder.id.startswith("static") else "model"


def features(texts: Sequence[str], vectors: Any, layout: Layout) -> Features:
    """The features of texts whose vectors are float32[n, dim], as a head of this layout sees them."""
    from scipy.sparse import csr_matrix

    found = [grams_of(text, layout.buckets) for text in texts]
    ends = np.cumsum([0, *(len(index) for index, _ in found)])
    values = np.concatenate([weight for _, weight in found])
    index = np.concatenate([index for index, _ in found])
    grams = csr_matrix((values, index, ends), (len(texts), layout.buckets), np.float32)
    grams.sum_duplicates()
    dense = np.asarray(vectors, np.float32)
    if layout.form:
        forms = np.array([form_of(text) for text in texts], np.float32) * layout.form
        dense = np.concatenate([dense, forms], 1)
    return Features(dense, grams)


def fitted(found: Features, targets: Any, strength: float, counts: Any | None = None, steps: int = 150) -> Any:
    """Weights[dense + buckets + 1, outputs], the bias last: logistic regression with an L2 penalty, by L-BFGS.

    `targets` float[n, outputs] are probabilities: of each class (softmax), or of "yes" where there is one output.
    `strength` is the inverse of the penalty, scikit-learn's C; `counts` says how much each text counts.
    """
    from scipy.optimize import minimize

    shape = (found.dense.shape[1] + found.grams.shape[1] + 1, targets.shape[1])
    weight = np.ones((len(targets), 1), np.float32) if counts is None else np.asarray(counts, np.float32)[:, None]
    goal = np.asarray(targets, np.float32)

    def loss(flat: Any) -> tuple[float, Any]:
        weights = flat.reshape(shape).astype(np.float32)
        logs, chances = log_chances(found.scores(weights))
        lost = -(goal * logs[0] + (1 - goal) * logs[1]) if shape[1] == 1 else -goal * logs
        slope = found.pulled(weight * (chances - goal)).astype(np.float64)
        slope[:-1] += weights[:-1] / strength
        held = 0.5 / strength * float((weights[:-1].astype(np.float64) ** 2).sum())
        return float((weight * lost).sum(dtype=np.float64)) + held, slope.ravel()

    options = {"maxiter": steps, "maxcor": MEMORY, "gtol": 1e-2, "ftol": 1e-7}
    best = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options=options)
    return best.x.reshape(shape).astype(np.float32)


def log_chances(scores: Any) -> tuple[Any, Any]:
    """Logarithms of the probabilities, and these. For one output the logarithms of yes and no, in one array."""
    if scores.shape[1] == 1:
        logs = -np.logaddexp(0, np.stack([-scores, scores]))
        return logs, np.exp(logs[0])
    shifted = scores - scores.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return logs, np.exp(logs)


def softmax(scores: Any, temperature: float = 1.0) -> Any:
    """float[n, classes]."""
    return log_chances(scores / temperature)[1]


def best_temperature(scores: Any, truth: Any) -> float:
    """The temperature of least negative log likelihood (Guo et al. 2017). `truth` intp[n]; scores nobody trained on."""
    tried = np.geomspace(0.3, 3.0, 200)
    picked = np.arange(len(truth)), truth
    losses = [-log_chances(scores / temperature)[0][picked].mean() for temperature in tried]
    return float(tried[int(np.argmin(losses))])


def platt(scores: Any, labels: Any, counts: Any | None = None) -> tuple[float, float]:
    """Temperature and offset of a logistic curve through scores that nobody trained on (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1e6).fit(np.asarray(scores)[:, None], labels, counts)
    return 1.0 / float(curve.coef_[0, 0]), float(curve.intercept_[0])


def arrays_of(weights: Any, layout: Layout) -> dict[PartName, Any]:
    """The parts of a head, from the weights that `fitted` gave."""
    table = np.asarray(weights, np.float32).T
    dense = layout.dim + (FORM if layout.form else 0)
    parts: dict[PartName, Any] = {"rows": table[:, : layout.dim], "bias": table[:, -1], "grams": table[:, dense:-1].T}
    if layout.form:
        parts["form"] = table[:, layout.dim : dense] * layout.form
    return parts


def packed(arrays: dict[PartName, Any]) -> tuple[bytes, tuple[Part, ...]]:
    """The weights file of these arrays, and what the card says of it. int8 parts are scaled by their largest value."""
    parts: list[Part] = []
    data = bytearray()
    for name, array in arrays.items():
        dtype = DTYPE.get(name, "f4")
        scale = float(np.abs(array).max() / 127 or 1.0) if dtype == "i1" else 1.0
        values = np.rint(array / scale) if dtype == "i1" else array
        data += np.ascontiguousarray(values, DTYPES[dtype]).tobytes()
        parts.append(Part(name, dtype, tuple(map(int, array.shape)), scale))
    return bytes(data), tuple(parts)


def write_head(out: Path, card: HeadCard, arrays: dict[PartName, Any]) -> HeadCard:
    """Writes `<signal>-<tier>.bin` and `<signal>-<tier>-card.json`; gives the card with id, digest, parts."""
    data, parts = packed(arrays)
    digest = hashlib.sha256(data).hexdigest()
    name = f"{card.signal}-{card.tier}"
    card = msgspec.structs.replace(card, id=f"{name}-{digest[:8]}", weights=f"{name}.bin", sha256=digest, parts=parts)
    out.mkdir(parents=True, exist_ok=True)
    (out / card.weights).write_bytes(data)
    (out / f"{name}-card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    return card
