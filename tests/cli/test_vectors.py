"""Vectors of prompts, kept or not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from wrp_router.cli.candidate import Unusable
from wrp_router.cli.progress import Bar
from wrp_router.cli.vectors import BATCH, categories_of, embedders_of, vectors_of
from wrp_router.config.structs import EmbedderConfig
from wrp_signals import HashingEmbedder, Materials, TierMissing

PROMPTS = [f"prompt number {n} " + "x" * (n % 7) for n in range(BATCH + 3)]


class Counts:
    """An embedder that knows how many texts it was given, and makes vectors that are too long."""

    def __init__(self, id: str = "counting") -> None:
        self.id, self.dim, self.asked = id, 16, 0
        self._inner = HashingEmbedder(16)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += len(texts)
        return 3 * self._inner.embed(texts)


def test_every_prompt_once():
    """In their order, of unit length; repeats are embedded once."""
    embedder = Counts()
    found = vectors_of([*PROMPTS, PROMPTS[0]], {"static": embedder}, None, Bar())["static"]
    assert embedder.asked == len(PROMPTS)
    np.testing.assert_array_equal(found[-1], found[0])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-5)
    alone = vectors_of([PROMPTS[5]], {"static": embedder}, None, Bar())["static"]
    np.testing.assert_allclose(alone[0], found[5], rtol=1e-6)


def test_a_file_keeps_them(tmp_path: Path):
    """What it has is not embedded again; what it lacks is added; vectors of another embedder are others."""
    file = str(tmp_path / "kept.npz")
    one, other = Counts(), Counts("other")
    first = vectors_of(PROMPTS[:4], {"static": one}, file, Bar())["static"]
    again = vectors_of([*reversed(PROMPTS[:4]), "new"], {"static": one, "model": other}, file, Bar())
    assert (one.asked, other.asked) == (5, 5)
    np.testing.assert_array_equal(again["static"][:4], first[::-1])
    last = vectors_of([*PROMPTS[:4], "new"], {"model": other, "static": one}, file, Bar())
    assert (one.asked, other.asked) == (5, 5)
    np.testing.assert_array_equal(last["static"][4], again["static"][4])
    assert [path.name for path in tmp_path.iterdir()] == ["kept.npz"]


def test_files_that_are_no_such_file(tmp_path: Path):
    """Are refused, not overwritten."""
    with pytest.raises(Unusable, match=r"ends in \.npz"):
        vectors_of(PROMPTS, {"static": Counts()}, str(tmp_path / "kept.json"), Bar())
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(Unusable, match="not a file that this command wrote"):
        vectors_of(PROMPTS, {"static": Counts()}, str(broken), Bar())
    strange = tmp_path / "strange.npz"
    np.savez(strange, embedders=np.array(["counting"]), **{"rows-0": np.ones((3, 16)), "of-0": np.array(["a"])})
    with pytest.raises(Unusable, match="do not agree"):
        vectors_of(PROMPTS, {"static": Counts()}, str(strange), Bar())


def test_which_tiers(monkeypatch: pytest.MonkeyPatch):
    """The one asked for, or both; without a choice all that are installed."""
    assert list(embedders_of("both", EmbedderConfig())[1]) == ["static", "model"]
    assert list(embedders_of("static", EmbedderConfig())[1]) == ["static"]
    assert list(embedders_of(None, EmbedderConfig())[1]) == ["static", "model"]
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert list(embedders_of(None, EmbedderConfig())[1]) == ["static"]
    with pytest.raises(TierMissing, match="pip install 'wrp-router\\[model\\]'"):
        embedders_of("model", EmbedderConfig())


def test_categories():
    """As the `domain` signal says them; none where its head does not know the vectors."""
    materials, embedders = embedders_of("static", EmbedderConfig())
    asked = ["Prove that the square root of two is irrational", "Which antibiotic treats a urinary tract infection?"]
    vectors = vectors_of(asked, embedders, None, Bar())
    assert categories_of(asked, materials, vectors) == ("math", "health")
    assert categories_of(asked, Materials(HashingEmbedder()), {"static": np.ones((2, 8), np.float32)}) == ()
