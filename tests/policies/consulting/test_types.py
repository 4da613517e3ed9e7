"""The words."""

from __future__ import annotations

from tests.policies import makers
from wrp_policies.consulting.types import Consulting, Heard, Material
from wrp_policies.selection import Fusion
from wrp_signals.materials import Materials


def test_what_nobody_says() -> None:
    """A request goes as ever; an answer is one to the request, and whole."""
    assert (Material("why").pool, Material("why").text) == ("", "")
    assert (Heard("small", "42").question, Heard("small", "42").short) == ("", False)


def test_who_consults() -> None:
    """Known by what it can do, and nobody else by chance."""
    assert isinstance(Fusion(("small", "large"), "large").build(Materials.none()), Consulting)
    others = [kind for kind in makers.SELECTIONS if kind not in ("fusion", "multi_round")]
    assert not [kind for kind in others if isinstance(makers.built(kind), Consulting)]
