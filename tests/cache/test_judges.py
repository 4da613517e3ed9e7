"""Which guard is built from a declaration."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.cache.weighings import arrays, card
from wrp_cache.guard import Guard
from wrp_cache.judges import GuardSpec
from wrp_cache.learned import LearnedGuard
from wrp_cache.weighing import packed
from wrp_signals.errors import TierMissing, WrongEmbedder
from wrp_signals.static import static_embedder


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def written(tmp_path: Path) -> str:
    path = tmp_path / "guard.npz"
    path.write_bytes(packed(card(table_of_words=static_embedder().id), arrays()))
    return str(path)


def test_the_rules_are_the_default():
    """Nothing learned is loaded unless it is declared."""
    assert isinstance(GuardSpec().build("minilm-test", read), Guard)


def test_a_learned_guard(tmp_path: Path):
    """With the bars of its card, or those declared; never with another embedder's cosines."""
    path = written(tmp_path)
    guard = GuardSpec(learned=path).build("minilm-test", read)
    assert isinstance(guard, LearnedGuard)
    assert (guard.bar, guard.pardon) == (0.5, 2.0)
    guard = GuardSpec(learned=path, bar=0.7, pardon=0.99).build(None, read)
    assert isinstance(guard, LearnedGuard)
    assert (guard.bar, guard.pardon) == (0.7, 0.99)
    with pytest.raises(WrongEmbedder):
        GuardSpec(learned=path).build("another", read)
    with pytest.raises(WrongEmbedder, match="vectors of 2 numbers"):
        GuardSpec(learned=path).build("minilm-test", read, 384)
    with pytest.raises(OSError, match="absent"):
        GuardSpec(learned="absent.npz").build(None, read)


def test_a_cross_encoder_that_is_not_there(tmp_path: Path):
    """Is said when the guard is built, not when a request comes."""
    with pytest.raises(TierMissing):
        GuardSpec(cross_encoder=str(tmp_path / "none")).build(None, read)


def test_bars_are_probabilities():
    """Declared ones are checked."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"bar": 1.5}, GuardSpec)
