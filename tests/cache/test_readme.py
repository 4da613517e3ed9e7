"""The room's README against the code."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

import wrp_cache
from tests.cache.near_misses import traps
from wrp_cache import Bar

README = (Path(__file__).parents[2] / "cache" / "README.md").read_text(encoding="utf-8")


def test_the_example_runs() -> None:
    """What the README shows works as shown, each block by itself."""
    for example in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(example, "README.md", "exec"), {})


def test_every_kind_of_evidence_is_a_row() -> None:
    """Nobody has to read the code to learn what a veto means."""
    rows = {line.split("`")[1] for line in README.splitlines() if line.startswith("| `")}
    assert {kind for kind, _, _ in traps()} <= rows


def test_every_field_of_a_bar_is_a_row() -> None:
    """With its default."""
    for field in msgspec.structs.fields(Bar):
        default = "no" if field.default is False else f"{field.default:g}"
        assert re.search(rf"\| `{field.name}` \| {default}", README), field.name


def test_public_names() -> None:
    """The package gives what it lists."""
    assert all(hasattr(wrp_cache, name) for name in wrp_cache.__all__)
