"""What types are called."""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal, get_args

import pytest
from msgspec import Meta
from msgspec import inspect as types

from wrp_policies import BalancingSpec
from wrp_router.config.describe import brief, description, expected, form, plain
from wrp_router.config.pools import ServerConfig
from wrp_router.config.secret import Secret
from wrp_router.config.units import Duration


class Size(enum.IntEnum):
    SMALL = 1


@pytest.mark.parametrize(
    ("kind", "long", "short"),
    [
        (str, "text", "text"),
        (int, "an integer", "integer"),
        (float, "a number", "number"),
        (bool, "true or false", "true \\| false"),
        (list[str], "a list", "list of text"),
        (tuple[int, ...], "a list", "list of integer"),
        (tuple[int, str], "a list of 2", "[integer, text]"),
        (frozenset[str], "a list", "list of text"),
        (dict[str, int], "a mapping", "mapping of integer"),
        (Literal["a", "b"], "one of: a, b", "`a` \\| `b`"),
        (Size, "one of: 1", "`1`"),
        (Duration, "a duration like 30s", "duration"),
        (Duration | None, "a duration like 30s", "duration"),
        (int | str, "an integer or text", "integer or text"),
        (ServerConfig, "a mapping", "ServerConfig"),
        (Secret, "text", "secret"),
        (Any, "plain data", "any"),
        (
            BalancingSpec,
            "a mapping",
            "`kind:` " + " \\| ".join(f"`{kind.__struct_config__.tag}`" for kind in get_args(BalancingSpec)),
        ),
    ],
)
def test_names(kind: Any, long: str, short: str) -> None:
    """In messages and in the reference."""
    assert expected(types.type_info(kind)) == long
    assert brief(types.type_info(kind)) == short


def test_notes() -> None:
    """Descriptions and forms are found below other annotations."""
    kind = types.type_info(Annotated[Annotated[list[int], Meta(description="d")], Meta(extra={"form": "f"})])
    assert (description(kind), form(kind)) == ("d", "f")
    bare = types.type_info(Annotated[list[int], Meta(extra={"other": 1})])
    assert (description(bare), form(bare)) == ("", "")


def test_plain_values() -> None:
    """As YAML writes them."""
    assert [plain(value) for value in (None, True, False, 1, "a", Size.SMALL)] == [
        "null",
        "true",
        "false",
        "1",
        "a",
        "1",
    ]
