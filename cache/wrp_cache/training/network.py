"""A small network over what two vectors have in common and the traits of a pair: fitted by Adam in numpy, with dropout.

Two layers: the vectors alone first, then what came of them beside the traits. It judges nothing that it was fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wrp_cache.meeting import Layers, Standard, meeting
from wrp_signals.facts import Vector

Matrix = npt.NDArray[np.float32]
Told = Callable[[float], None]


class Plan(NamedTuple):
    """How it is fitted. `hidden`, `joint`: units of the two layers. `drops`: the shares of the vectors' numbers and of
    either layer's that are left out of a step. `rate`: the highest of one cycle (Smith and Topin, arXiv 1708.07120);
    `decay`: decoupled (Loshchilov and Hutter, arXiv 1711.05101). `members`: networks whose scores are averaged."""

    hidden: int = 256
    joint: int = 64
    drops: tuple[float, float, float] = (0.3, 0.4, 0.2)
    epochs: int = 12
    batch: int = 256
    rate: float = 2e-3
    decay: float = 0.05
    members: int = 2


PLAN = Plan()

_WARM = 0.15
_FIRST, _LAST = 1 / 25, 1e-5
_BETAS = (0.9, 0.999)
_BLOCK = 4096


class Couples(NamedTuple):
    """The vectors of every pair: `vectors` float32[texts, dim], each text once, and `ends` intp[n, 2] into them."""

    vectors: Matrix
    ends: npt.NDArray[np.intp]

    def some(self, which: Any) -> Couples:
        """Those of some pairs."""
        return Couples(self.vectors, self.ends[which])

    def met(self, which: Any) -> Matrix:
        """float32[k, 2 * dim]: what the network is shown of those pairs."""
        ends = self.ends[which]
        met: Matrix = meeting(self.vectors[ends[:, 0]], self.vectors[ends[:, 1]])
        return met


def couples(pairs: Sequence[tuple[str, str, tuple[Vector, Vector] | None]]) -> Couples:
    """Of two texts each and their unit vectors. Raises ValueError where those are missing."""
    place: dict[str, int] = {}
    rows: list[Vector] = []
    ends = np.zeros((len(pairs), 2), np.intp)
    for at, (a, b, vectors) in enumerate(pairs):
        if vectors is None:
            raise ValueError(f"pair {at} has no vectors")
        for side, (text, vector) in enumerate(zip((a, b), vectors, strict=True)):
            if text not in place:
                place[text] = len(rows)
                rows.append(vector)
            ends[at, side] = place[text]
    return Couples(np.array(rows, np.float32), ends)


def fitted(given: Couples, traits: Any, labels: Any, told: Told, plan: Plan = PLAN) -> tuple[Standard, list[Layers]]:
    """The networks, each from a beginning of its own, and what the traits are scaled by. `told` hears the share that is
    done. The same pairs give the same numbers on the same machine."""
    standard = Standard.of(traits)
    scaled, truth = standard.scaled(traits), np.asarray(labels, np.float32)
    members = []
    for member in range(plan.members):
        rng = np.random.default_rng(member)
        layers = begun(rng, 2 * given.vectors.shape[1], scaled.shape[1], plan)
        adam = Adam(layers, plan.decay)
        steps = plan.epochs * math.ceil(len(truth) / plan.batch)
        for step, which in enumerate(_batches(rng, len(truth), plan)):
            _, slopes = slope(layers, given.met(which), scaled[which], truth[which], rng, plan.drops)
            adam.step(layers, slopes, plan.rate * pace(step / steps))
            if step % 64 == 0:
                told((member + step / steps) / plan.members)
        members.append(layers)
    return standard, members


def scores(standard: Standard, members: Sequence[Layers], given: Couples, traits: Any) -> npt.NDArray[np.float64]:
    """The mean of the networks' log odds, float64[n]."""
    found = np.zeros(len(given.ends))
    scaled = standard.scaled(traits)
    for at in range(0, len(found), _BLOCK):
        which = np.arange(at, min(at + _BLOCK, len(found)))
        met = given.met(which)
        found[which] = sum(layers.score(met, scaled[which]) for layers in members) / len(members)
    return found


def begun(rng: np.random.Generator, width: int, traits: int, plan: Plan) -> Layers:
    """Layers that know nothing yet."""

    def drawn(rows: int, *columns: int) -> Matrix:
        reach = rows**-0.5
        return rng.uniform(-reach, reach, (rows, *columns)).astype(np.float32)

    first, second = drawn(width, plan.hidden), drawn(plan.hidden + traits, plan.joint)
    zeros = np.zeros(plan.hidden, np.float32), np.zeros(plan.joint, np.float32)
    return Layers(first, zeros[0], second, zeros[1], drawn(plan.joint), np.zeros(1, np.float32))


def slope(
    layers: Layers,
    met: Matrix,
    traits: Matrix,
    truth: Matrix,
    rng: np.random.Generator | None = None,
    drops: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> tuple[float, Layers]:
    """Mean cross-entropy of a batch, and its derivatives by every weight; without `rng` nothing is left out."""
    kept = [_kept(rng, (len(met), width), drop) for width, drop in zip(_widths(layers), drops, strict=True)]
    shown = met * kept[0]
    seen = np.maximum(shown @ layers.first + layers.first_bias, 0.0) * kept[1]
    beside = np.hstack([seen, traits])
    joint = np.maximum(beside @ layers.second + layers.second_bias, 0.0) * kept[2]
    odds = joint @ layers.last + layers.last_bias[0]
    loss = float(np.mean(np.logaddexp(0.0, odds) - truth * odds))
    wrong = (1.0 / (1.0 + np.exp(-odds)) - truth) / np.float32(len(truth))
    back = np.outer(wrong, layers.last) * kept[2] * (joint > 0)
    further = (back @ layers.second[: seen.shape[1]].T) * kept[1] * (seen > 0)
    return loss, Layers(
        shown.T @ further,
        further.sum(0),
        beside.T @ back,
        back.sum(0),
        joint.T @ wrong,
        np.array([wrong.sum()], wrong.dtype),
    )


def pace(done: float) -> float:
    """The share of the highest rate at a share of the way: up in a seventh of it and down again, along cosines."""
    up = done < _WARM
    way = done / _WARM if up else (done - _WARM) / (1 - _WARM)
    low, high = (_FIRST, 1.0) if up else (1.0, _LAST)
    return low + (high - low) * (1 - math.cos(math.pi * way)) / 2


class Adam:
    """Kingma and Ba (arXiv 1412.6980), weights (not biases) drawn towards zero apart from it."""

    __slots__ = ("_decay", "_means", "_squares", "_steps")

    def __init__(self, layers: Layers, decay: float) -> None:
        self._means = [np.zeros_like(one) for one in layers]
        self._squares = [np.zeros_like(one) for one in layers]
        self._steps, self._decay = 0, decay

    def step(self, layers: Layers, slopes: Layers, rate: float) -> None:
        """Moves the weights, in place."""
        self._steps += 1
        one, two = _BETAS
        far = np.float32(rate / (1 - one**self._steps))
        root = np.float32((1 - two**self._steps) ** -0.5)
        for place, (weights, by) in enumerate(zip(layers, slopes, strict=True)):
            mean, square = self._means[place], self._squares[place]
            mean += (by - mean) * np.float32(1 - one)
            square += (by * by - square) * np.float32(1 - two)
            if place % 2 == 0:
                weights *= np.float32(1 - rate * self._decay)
            weights -= far * mean / (np.sqrt(square) * root + np.float32(1e-8))


def _batches(rng: np.random.Generator, count: int, plan: Plan) -> Iterator[npt.NDArray[np.intp]]:
    """Every pair once in each epoch, in another order."""
    for _ in range(plan.epochs):
        order = rng.permutation(count)
        for at in range(0, count, plan.batch):
            yield order[at : at + plan.batch]


def _widths(layers: Layers) -> tuple[int, int, int]:
    return layers.first.shape[0], layers.first.shape[1], layers.second.shape[1]


def _kept(rng: np.random.Generator | None, shape: tuple[int, int], drop: float) -> Any:
    """What is left in, made larger for what is not."""
    if rng is None or not drop:
        return np.float32(1.0)
    return (rng.random(shape, np.float32) >= drop) * np.float32(1 / (1 - drop))
