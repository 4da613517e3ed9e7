"""Languages and scripts."""

from __future__ import annotations

import pytest

from wrp_cache.marks import Pair, read
from wrp_cache.tongues import language


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("where is the station", "wo ist der bahnhof", "language: en != de"),
        ("¿dónde está la estación?", "où est la gare ?", "language: es != fr"),
        ("where is it", "где это", "language: en != CYRILLIC"),
        ("где вокзал", "где аптека", "language: CYRILLIC is not understood"),
        ("法国的首都是什么", "德国的首都是什么", "language: CJK is not understood"),
        ("ひらがな です", "カタカナ です", "language: CJK is not understood"),
        ("what is lоve", "what is love", "language: mixed != en"),
        ("harga beras naik", "harga gula naik", "language: ? is not understood"),
        ("where is it", "harga gula naik", "language: ? is not understood"),
        ("harga gula naik", "where is it", "language: ? is not understood"),
    ],
)
def test_not_the_same(one: str, other: str, evidence: str) -> None:
    """Another language, a word of two scripts, or a language that the guard does not read."""
    assert language(Pair(read(one), read(other))) == evidence


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("where is the station", "how do i find the station"),
        ("wo ist der bahnhof?", "Wo ist der Bahnhof"),
        ("法国的首都是什么?", "法国的首都是哪个"),
        ("what is a café", "what is a cafe"),
        ("what is the meaning of π", "what does π mean in the end"),
        ("harga gula naik", "Harga gula naik!"),
        ("→ ✓", "→ ✓"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    """English beside English; anything else only where the words of matter are the same in the same order."""
    assert language(Pair(read(one), read(other))) is None
