"""The language reference says the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import wrp_policies.when
from wrp_policies.when import FACTS, UNKNOWN, Env, WhenError, compile
from wrp_policies.when.lexer import MAX_SOURCE
from wrp_policies.when.operations import FUNCTIONS, METHODS
from wrp_policies.when.parser import MAX_DEPTH, RESERVED_WORDS
from wrp_signals.facts import Facts, Reading
from wrp_signals.signal import ValueType

README = (Path(wrp_policies.when.__file__).parent / "README.md").read_text(encoding="utf-8")
SCHEMA: dict[str, ValueType] = {"category": "string", "pii": "bool", "hard": "number", "refund": "bool"}
REQUEST = Env(
    Facts(
        id="r", operation="chat", asked_model="auto", tenant="acme", prompt_tokens=12_000, stream=True, turns=3, tools=2
    ),
    {
        "category": Reading("computer science", 0.91),
        "pii": Reading(False, 0.1),
        "hard": Reading(0.8, 0.8, ("code", "long")),
    },
    1_767_709_800.0,  # 2026-01-06 14:30:00 UTC
)
ANSWERS = {"true": True, "false": False, "unknown": UNKNOWN}


def examples(kind: str) -> list[tuple[str, str]]:
    blocks = re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [(source.rstrip(), said) for source, _, said in (line.partition(" // ") for line in lines)]


@pytest.mark.parametrize(("source", "said"), examples("when"))
def test_examples(source: str, said: str) -> None:
    """Each example has the answer that the page gives it."""
    assert compile(source, SCHEMA).evaluate(REQUEST) is ANSWERS[said]


@pytest.mark.parametrize(("source", "said"), examples("refused"))
def test_refusals(source: str, said: str) -> None:
    """Each refused example is refused in these words."""
    with pytest.raises(WhenError) as refused:
        compile(source, SCHEMA)
    assert str(refused.value) == said


def test_everything_is_in_the_reference() -> None:
    """Every fact, method, function, reserved word and limit appears on the page."""
    names = [*FACTS, *(f".{name}(" for name, _ in METHODS), *(f"`{name}(x)`" for name, _ in FUNCTIONS), *RESERVED_WORDS]
    assert [name for name in names if name not in README] == []
    assert f"at most {MAX_SOURCE} characters and {MAX_DEPTH} levels" in README
    assert len(examples("when")) > 20
