"""The reference of all keys."""

from __future__ import annotations

import enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from wrp_router.config import Config, reference
from wrp_router.config.reference import reference_of
from wrp_router.config.units import Duration


class Mode(enum.Enum):
    FAST = "fast"


class Inner(msgspec.Struct, frozen=True, tag_field="kind", tag="inner"):
    """Inside."""

    again: tuple[Inner, ...] = ()


class Outer(msgspec.Struct, frozen=True):
    """Outside."""

    must: Annotated[str, Meta(description="Has a | in it.")]
    wait: Duration | None = 90.0
    mode: Mode = Mode.FAST
    ratio: float = 0.25
    on: bool = True
    names: tuple[str, ...] = ("a", "b")
    table: dict[str, int] = msgspec.field(default_factory=lambda: {"a": 1})
    choice: Literal["x", "y"] = "x"
    inner: Inner = Inner()
    inners: dict[str, tuple[Inner, int]] = {}


EXPECTED = """\
## The file

Outside.

| key | type | default | meaning |
|---|---|---|---|
| `must` | text | required | Has a \\| in it. |
| `wait` | duration | `90s` |  |
| `mode` | `fast` | `fast` |  |
| `ratio` | number | `0.25` |  |
| `on` | true \\| false | `true` |  |
| `names` | list of text | `[a, b]` |  |
| `table` | mapping of integer | `{a: 1}` |  |
| `choice` | `x` \\| `y` | `x` |  |
| `inner` | Inner | `{kind: inner}` |  |
| `inners` | mapping of [Inner, integer] | none |  |

## `inner` with `kind: inner`

Inside.

| key | type | default | meaning |
|---|---|---|---|
| `again` | list of Inner | none |  |
"""


def test_exactly() -> None:
    """A section for every struct, a row for every key."""
    assert reference_of(Outer) == EXPECTED


def test_every_key_is_there() -> None:
    """No field of any struct is left out, and each of ours says what it means."""
    text = reference()
    for name in Config.__struct_fields__:
        assert f"\n| `{name}` |" in text
    for line in text.splitlines():
        assert not line.startswith("| `") or line.count("|") - 2 * 0 >= 5
    for section in (
        "`pools[].servers[]`",
        "`routes[].use` with `kind: static`",
        "`cache.categories.*`",
        "`tests[].expect`",
    ):
        assert f"## {section}" in text


def test_defaults_in_units() -> None:
    """As people write them."""
    text = reference()
    for row in (
        "| `body` | size | `32MiB` |",
        "| `routing_budget` | duration | `5ms` |",
        "| `budget` | percent | `20%` |",
    ):
        assert row in text
    assert "Plain text stands for `url`." in text
