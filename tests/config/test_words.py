"""What fields mean, and what names look like."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from tests.config.makers import decoded
from wrp_router.config.words import HeaderName, Identifier, Name, Positive, means


class Words(msgspec.Struct, frozen=True):
    name: Annotated[Name, means("A name.")] = "n"
    identifier: Identifier = "i"
    header: HeaderName = "h"
    time: Positive = 1.0


def test_meanings_land_in_the_schema():
    """Where editors show them."""
    schema = msgspec.json.schema(Words)["$defs"]["Words"]["properties"]["name"]
    assert schema["description"] == "A name."


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("name", ["a", "computer science", "v1.2_x-y", "9"], ["-a", "a/b", "a" * 65, "é"]),
        ("identifier", ["a", "_a", "a9"], ["9a", "a-b", "a b", "a" * 65]),
        ("header", ["x-team", "X"], ["x_team", "x team"]),
        ("time", ["1ms", "0.5"], ["0s", "0"]),
    ],
)
def test_forms(field: str, good: list[str], bad: list[str]):
    """What each takes, and what not."""
    for text in good:
        assert decoded(f"{field}: {text}", Words)[1] in ([], [f"1:{len(field) + 3} E012"] if text == "9" else [])
    for text in bad:
        assert decoded(f"{field}: {text}", Words)[1] == [f"1:{len(field) + 3} E013"]
