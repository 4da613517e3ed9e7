"""What the tests of `wrp simulate` share: what it tells."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Wrp


def told(wrp: Wrp, *arguments: str) -> dict[str, Any]:
    """What it says as JSON, with nothing beside it."""
    code, out, err = wrp(*arguments, "--json")
    assert (code, err) == (0, "")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    found: dict[str, Any] = json.loads(out, parse_constant=refuse)
    return found
