"""A learned head: an embedding and the words of a text in, calibrated probabilities out. Plain arrays and their card.

It learns nothing; `wrp train` does. It refuses weights that are not what their card says, and other embedders' vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, prod
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from .card import checked, weights
from .errors import WeightsDamaged, WrongEmbedder
from .facts import Vector
from .grams import FORM, Wording
from .materials import Materials
from .signal import Embedder, Tier, TierChoice

PartName = Literal["rows", "bias", "grams", "form"]
Stored = npt.NDArray[Any]
T = TypeVar("T")
DTYPES = {"f4": "<f4", "f2": "<f2", "i1": "i1"}


class Part(msgspec.Struct, frozen=True):
    """One array of the weights file: in file order, C order, little-endian; int8 values count `scale` each."""

    name: PartName
    dtype: Literal["f4", "f2", "i1"]
    shape: tuple[int, ...]
    scale: float = 1.0


class Calibration(msgspec.Struct, frozen=True):
    """What turns raw scores into honest ones: score / temperature + offset (temperature scaling, Guo et al. 2017; with
    an offset Platt's). `error` is the expected calibration error on questions that were held out."""

    temperature: float = 1.0
    offset: float = 0.0
    error: float = 0.0


class HeadCard(msgspec.Struct, frozen=True):
    """What a trained head is and how good.

    `table`: threshold on the probability -> (threshold, precision, recall, false-positive rate), on held-out data; with
    more than two classes of the best class: precision is how often it is right, recall how much is answered, the last
    how much of the wrong is let through. `buckets`: hashed grams it reads (0: none), `characters`: whether runs of
    characters are among them. `sources` names each set that trained it, with its licence.
    """

    id: str
    signal: str
    tier: Tier
    embedder: str
    dim: int
    classes: tuple[str, ...]
    weights: str
    sha256: str
    parts: tuple[Part, ...]
    buckets: int = 0
    characters: bool = True
    calibration: Calibration = Calibration()
    table: tuple[tuple[float, float, float, float], ...] = ()
    sources: tuple[str, ...] = ()
    report: dict[str, Any] = {}

    @property
    def outputs(self) -> int:
        """Scores that the arrays give: one for two classes."""
        return 1 if len(self.classes) == 2 else len(self.classes)


class LinearHead:
    """scores = rows @ vector + form @ form_of(text) + the weighted sum of the rows of `grams` in the text's buckets +
    bias. Each part may be missing. Safe from several threads."""

    __slots__ = ("_bias", "_form", "_gain", "_grams", "_rows", "card", "classes")

    def __init__(self, card: HeadCard, arrays: dict[str, Stored]) -> None:
        """`arrays` as `parts_of` gives them. The grams stay as they are stored: a table of bytes stays in the cache."""
        gain = 1.0 / card.calibration.temperature
        scales: dict[str, Any] = {part.name: np.float32(part.scale * gain) for part in card.parts}
        whole = {
            name: np.ascontiguousarray(array * scales[name], np.float32)
            for name, array in arrays.items()
            if name != "grams"
        }
        self.card = card
        self.classes = card.classes
        self._rows = whole.get("rows")
        self._form = whole.get("form")
        self._grams = arrays.get("grams")
        self._gain = scales.get("grams", np.float32(1.0))
        bias = whole.get("bias", np.zeros(card.outputs, np.float32))
        self._bias = np.asarray(bias + card.calibration.offset, np.float32)

    def scores(self, vector: Vector | None, wording: Wording) -> Vector:
        """Calibrated logits, float32[outputs]. `vector` (unit, of the card's embedder) is None where the card's tier is
        "none". Of a long text grams and form see the window of `grams` only."""
        scores = self._bias.copy()
        if vector is not None and self._rows is not None:
            scores += self._rows.dot(vector)
        if self._form is not None:
            scores += self._form.dot(wording.form())
        if self._grams is not None:
            indices, weight = wording.grams(self.card.buckets, self.card.characters)
            worded = weight.dot(self._grams.take(indices, 0).astype(np.float32, copy=False))
            worded *= self._gain
            scores += worded
        return scores

    def probabilities(self, vector: Vector | None, wording: Wording) -> Vector:
        """float32[classes], summing to 1: softmax; for two classes the logistic function, the second being "yes"."""
        scores = self.scores(vector, wording)
        if len(scores) == 1:
            yes = 1.0 / (1.0 + exp(-min(max(float(scores[0]), -60.0), 60.0)))
            return np.array([1.0 - yes, yes], np.float32)
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum(), np.float32)


def head_card(data: bytes, name: str) -> HeadCard:
    """Raises WeightsDamaged naming the field that does not fit."""
    try:
        return msgspec.json.decode(data, type=HeadCard)
    except msgspec.DecodeError as error:
        raise WeightsDamaged(f"{name} is not the card of a head: {error}") from None


def parts_of(card: HeadCard, data: bytes) -> dict[str, Stored]:
    """The arrays of a weights file, as they are stored. Raises WeightsDamaged: another digest, shapes that do not fit
    the card, numbers that are not finite."""
    checked(data, card.sha256, card.weights)
    arrays: dict[str, Stored] = {}
    start = 0
    for part in card.parts:
        dtype = np.dtype(DTYPES[part.dtype])
        count = prod(part.shape)
        end = start + count * dtype.itemsize
        if min(part.shape, default=0) < 1 or end > len(data):
            raise WeightsDamaged(f"{card.weights}: {part.name} {part.shape} is not in the file")
        arrays[part.name] = np.frombuffer(data, dtype, count, start).reshape(part.shape)
        start = end
    _check_shapes(card, arrays)
    return arrays


def _check_shapes(card: HeadCard, arrays: dict[str, Stored]) -> None:
    wanted = {
        "rows": (card.outputs, card.dim),
        "bias": (card.outputs,),
        "grams": (card.buckets, card.outputs),
        "form": (card.outputs, FORM),
    }
    if card.buckets & (card.buckets - 1):
        raise WeightsDamaged(f"{card.weights}: {card.buckets} buckets are no power of two")
    for name, array in arrays.items():
        if array.shape != wanted[name] or not np.isfinite(array).all():
            raise WeightsDamaged(f"{card.weights}: {name} is {array.shape}, not finite {wanted[name]}")


def load_head(signal: str, name: str, read: Callable[[str], bytes], embedder: Embedder | None) -> LinearHead:
    """The head whose card `read(name)` gives; its weights lie beside the card.

    Raises WeightsDamaged where a file is missing, damaged or the head of another signal, WrongEmbedder where it was
    trained on vectors of another embedder; both say what to run. Another window of the same model (`id@tokens`) is
    accepted: it changes the vectors of long texts only.
    """
    try:
        card = head_card(read(name), name)
        if card.signal != signal:
            raise WeightsDamaged(f"{name} is a head for {card.signal!r}, not for {signal!r}")
        _check_embedder(card, embedder)
        count, temperature = len(card.classes), card.calibration.temperature
        if count < 2 or temperature <= 0.0:
            raise WeightsDamaged(f"{name} has {count} classes at temperature {temperature}")
        if embedder is not None and card.tier != "none" and card.dim != embedder.dim:
            raise WeightsDamaged(f"{name} is for vectors of {card.dim} numbers, the embedder gives {embedder.dim}")
        folder, slash, _ = name.rpartition("/")
        return LinearHead(card, parts_of(card, read(folder + slash + card.weights)))
    except (OSError, WeightsDamaged) as error:
        raise WeightsDamaged(f"{error}: run {remedy(signal)}") from None


def _check_embedder(card: HeadCard, embedder: Embedder | None) -> None:
    found = "" if embedder is None else embedder.id
    if card.tier != "none" and found.split("@")[0] != card.embedder:
        raise WrongEmbedder(
            f"the head {card.id!r} was trained on vectors of {card.embedder!r}, the embedder is {found!r}: "
            f"run {remedy(card.signal, card.tier)}, and name what it writes in `head:`"
        )


def remedy(signal: str, tier: str = "model") -> str:
    """What a user runs to get a head of their own."""
    return f"`wrp train {signal} --data DATA --out DIR --tier {tier}`"


def fitting(tier: TierChoice, materials: Materials, load: Callable[[Tier, Embedder], T]) -> T:
    """What `load` gives for the tier and its embedder. With "auto" those preferred, or the others where the head was
    not trained on the preferred one's vectors. Raises TierMissing, WrongEmbedder, and what `load` raises."""
    got, embedder = materials.embedder(tier)
    try:
        return load(got, embedder)
    except WrongEmbedder:
        other: Tier = "static" if got == "model" else "model"
        spare = materials.static if other == "static" else materials.model
        if tier != "auto" or spare is None:
            raise
        return load(other, spare)


def chosen_head(signal: str, tier: TierChoice, path: str | None, materials: Materials) -> tuple[Tier, LinearHead]:
    """The user's head at `path`, else the shipped one of the tier; and the tier whose vectors it reads, as `fitting`
    says. Raises TierMissing, WrongEmbedder, WeightsDamaged."""

    def load(got: Tier, embedder: Embedder) -> tuple[Tier, LinearHead]:
        read = materials.read_file if path else weights
        return got, load_head(signal, path or f"{signal}-{got}-card.json", read, embedder)

    return fitting(tier, materials, load)
