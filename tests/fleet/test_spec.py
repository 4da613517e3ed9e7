"""What a fleet is built from."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.fleet.makers import pool
from wrp_router.fleet import PoolSpec, ServerSpec
from wrp_router.fleet.spec import refuse_namesakes

URL = "http://h:8000"


@pytest.mark.parametrize(
    "fields",
    [{"limit": -1}, {"weight": 0}, {"weight": 1.5}, {"weight": float("nan")}, {"wieght": 1}],
)
def test_senseless_servers_are_refused(fields: dict[str, Any]) -> None:
    """Bounds and misspelt keys, where the value comes from a file."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "s", "url": URL, **fields}, type=ServerSpec)


def test_names_are_unique_where_they_must_be() -> None:
    """Servers within their pool, pools within the fleet; the same server name in two pools is fine."""
    refuse_namesakes([pool("a"), pool("b")])
    with pytest.raises(ValueError, match="two pools share the name 'a'"):
        refuse_namesakes([pool("a"), pool("a")])
    twins = (ServerSpec("s", URL), ServerSpec("s", URL))
    with pytest.raises(ValueError, match="two servers of pool 'p' share a name"):
        refuse_namesakes([PoolSpec("p", "m", twins)])
