"""The hit guard's configuration."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{}", []),
        ("{learned: guard.npz, bar: 0.8, pardon: 2, cross_encoder: some/model, cross_bar: 0.4}", []),
        ("{learned: ''}", ["E013"]),
        ("{learned: guard.npz, bar: 1.2}", ["E013"]),
        ("{bar: 0.8}", ["E046"]),
        ("{pardon: 0.99}", ["E046"]),
    ],
)
def test_what_may_be_said(text: str, found: list[str]):
    """Bars are probabilities, and belong to a learned guard."""
    assert codes(config(f"cache: {{guard: {text}}}\n")) == found


@pytest.mark.parametrize("kind", ["learned", "cross_encoder"])
def test_without_likeness_there_is_nothing_to_guard(kind: str):
    """A warning where the semantic cache is off."""
    assert codes(config(f"cache: {{semantic: false, guard: {{{kind}: there}}}}\n")) == ["W004"]
