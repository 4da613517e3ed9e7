"""What the vectors of two questions have in common, and the small network that reads it beside the traits of a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

REACH = 5.0
"""Standard deviations beyond which a trait says no more."""


def meeting(u: Any, v: Any) -> Any:
    """float32[..., 2 * dim]: where two unit vectors differ and where they agree, of the order of one. Symmetric."""
    dim = u.shape[-1]
    return np.concatenate((np.abs(u - v) * np.float32(dim**0.5), u * v * np.float32(dim)), axis=-1)


class Standard(NamedTuple):
    """What traits are scaled by: float32[traits] each. `narrow` is the inverse of the spread, 0 for constant ones."""

    mean: Matrix
    narrow: Matrix

    @classmethod
    def of(cls, traits: Any) -> Standard:
        """That of float[n, traits]."""
        spread = traits.std(0)
        narrow = np.where(spread < 1e-6, 0.0, 1.0 / np.maximum(spread, 1e-6))
        return cls(traits.mean(0).astype(np.float32), narrow.astype(np.float32))

    def scaled(self, traits: Any) -> Any:
        """float32[..., traits]."""
        return np.minimum(np.maximum((traits - self.mean) * self.narrow, -REACH), REACH).astype(np.float32)


class Layers(NamedTuple):
    """`first` float32[2 * dim, hidden] sees the vectors, `second` float32[hidden + traits, joint] what came of that
    and the traits, `last` float32[joint] gives log odds; each with its bias."""

    first: Matrix
    first_bias: Matrix
    second: Matrix
    second_bias: Matrix
    last: Matrix
    last_bias: Matrix

    def score(self, met: Any, traits: Any) -> Any:
        """Log odds, float32[...], of what `meeting` and `Standard.scaled` give."""
        seen = np.maximum(met @ self.first + self.first_bias, 0.0)
        beside = np.concatenate((seen, traits), axis=-1)
        return np.maximum(beside @ self.second + self.second_bias, 0.0) @ self.last + self.last_bias[0]


class Readers:
    """Several such networks side by side, whose log odds are averaged, from the arrays of a file."""

    __slots__ = ("_bias", "_first", "_first_bias", "_last", "_second", "_second_bias", "_standard", "_traits")

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """`scale` float32[2, traits], `first` float16[members, 2 * dim + 1, hidden], `second` float16[members, hidden +
        traits + 1, joint], `last` float32[members, joint + 1]: the biases last."""
        first, second, last = (arrays[name].astype(np.float32) for name in ("first", "second", "last"))
        hidden = first.shape[2]
        self._standard = Standard(*arrays["scale"])
        self._first, self._first_bias = np.hstack([*first[:, :-1]]), first[:, -1].ravel()
        self._second, self._second_bias = second[:, :hidden].copy(), second[:, -1].ravel()
        self._traits = np.hstack([*second[:, hidden:-1]])
        self._last, self._bias = last[:, :-1].ravel() / len(last), float(last[:, -1].mean())

    def score(self, u: Any, v: Any, traits: Any) -> float:
        """Log odds of two unit vectors and the traits of their questions."""
        seen = np.maximum(meeting(u, v) @ self._first + self._first_bias, 0.0)
        joint = (seen.reshape(len(self._second), 1, -1) @ self._second).ravel()
        joint += self._standard.scaled(traits) @ self._traits
        joint += self._second_bias
        return float(np.maximum(joint, 0.0) @ self._last) + self._bias


def stored(standard: Standard, members: Sequence[Layers]) -> dict[str, npt.NDArray[Any]]:
    """The arrays that `Readers` takes."""
    return {
        "scale": np.stack(standard).astype("<f4"),
        "first": np.stack([np.vstack([one.first, one.first_bias]) for one in members]).astype("<f2"),
        "second": np.stack([np.vstack([one.second, one.second_bias]) for one in members]).astype("<f2"),
        "last": np.stack([np.append(one.last, one.last_bias) for one in members]).astype("<f4"),
    }


def shapes(dim: int, traits: int, found: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The shapes that arrays must have, going by the sizes that were found."""
    members, _, hidden = (*found.get("first", ()), 0, 0, 0)[:3]
    joint = (*found.get("last", ()), 0, 0)[1] - 1
    whole = min(members, hidden, joint) > 0
    return (
        {
            "scale": (2, traits),
            "first": (members, 2 * dim + 1, hidden),
            "second": (members, hidden + traits + 1, joint),
            "last": (members, joint + 1),
        }
        if whole
        else {}
    )
