"""Secrets do not show."""

from __future__ import annotations

import copy
import pickle

import msgspec
import pytest

from wrp_router.config import Secret

TEXT = "sk-very-secret"


def test_shown_nowhere() -> None:
    """Not by print, format, containers or encoders."""
    secret = Secret(TEXT)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>40}", f"{[secret]}", "%s" % secret]  # noqa: UP031 - old code formats so
    assert not any(TEXT in text for text in shown)
    assert secret.reveal() == TEXT
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy])
def test_not_copied_out(leak: object) -> None:
    """Pickling would write it down."""
    assert callable(leak)
    with pytest.raises(TypeError, match="not pickled"):
        leak(Secret(TEXT))


def test_equality() -> None:
    """Two of the same text are equal, hash alike, and equal nothing else."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
