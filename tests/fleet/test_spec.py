"""What a fleet is built from."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.fleet.makers import pool
from wrp_router.fleet import PoolSpec, ServerSpec
from wrp_router.fleet.spec import PrefixSpec, refuse_namesakes
from wrp_signals.prefix import LADDER, UNIT_TOKENS

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


@pytest.mark.parametrize(
    "fields", [{"block_tokens": 0}, {"block_tokens": 1 << 40}, {"capacity": 63}, {"capacity": 1.5}, {"blocks": 1}]
)
def test_senseless_prefixes_are_refused(fields: dict[str, Any]) -> None:
    """A block of no tokens, one that is longer than any prompt, and room for hardly a prompt."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, type=PrefixSpec)


def test_prefixes_are_remembered_only_where_it_is_said() -> None:
    """And then in the blocks that prefix hashes have."""
    fields: dict[str, Any] = {"name": "p", "model": "m", "servers": []}
    assert msgspec.convert(fields, type=PoolSpec).prefix is None
    assert msgspec.convert({**fields, "prefix": {}}, type=PoolSpec).prefix == PrefixSpec(UNIT_TOKENS, 16_384)


def test_hashes_may_stand_for_more_than_a_block() -> None:
    """By the ladder; without one each stands for one."""
    assert list(PrefixSpec(128).ruler()[:3]) == [0, 128, 256]
    assert PrefixSpec(100, ladder=(1, 2, 4)).ruler() == [0, 100, 200, 400]
    assert PrefixSpec(UNIT_TOKENS, ladder=LADDER).ruler()[224] == 1 << 18
