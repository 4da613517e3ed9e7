"""Blocks that are fetched once, and rooms in which two meet."""

from __future__ import annotations

import asyncio

import pytest

from wrp_router.fakes.asking import Refused
from wrp_router.fakes.fabric import Fabric


def params(engine: str, ids: object) -> dict[str, object]:
    return {"remote_engine_id": engine, "remote_block_ids": ids}


def test_blocks_are_fetched_once() -> None:
    """Of the right engine, and of the right prompt."""
    fabric = Fabric()
    ids = fabric.keep("e", "prompt", 2)
    assert fabric.kept() == 1
    fabric.fetch(params("e", ids), "prompt")
    assert fabric.kept() == 0
    with pytest.raises(Refused):
        fabric.fetch(params("e", ids), "prompt")


@pytest.mark.parametrize("wrong", [{"remote_engine_id": "f"}, {"remote_block_ids": [9]}, {"remote_block_ids": "x"}, {}])
def test_other_blocks_are_an_error(wrong: dict[str, object]) -> None:
    """Of another engine, other ids, no list of them, or of another prompt."""
    fabric = Fabric()
    asked = params("e", fabric.keep("e", "prompt", 1)) | wrong
    with pytest.raises(Refused, match="no such blocks"):
        fabric.fetch(asked, "prompt" if wrong else "another prompt")


async def test_two_meet() -> None:
    """The one that computes waits for the other, that one until the prompt is there; then the room is free."""
    fabric = Fabric()
    for _ in range(2):
        decode = asyncio.create_task(fabric.meet(7, "decode", ("h", 1, "p")))
        await fabric.meet(7, "prefill", ("h", 1, "p"))
        await asyncio.sleep(0)
        assert not decode.done()
        fabric.transferred(7)
        await decode
    fabric.transferred(7)


async def test_two_that_mean_different_things() -> None:
    """Both are told."""
    fabric = Fabric()
    found = await asyncio.gather(
        fabric.meet(7, "decode", ("h", 1, "p")), fabric.meet(7, "prefill", ("h", 2, "p")), return_exceptions=True
    )
    assert [type(one) for one in found] == [Refused, Refused]


async def test_a_room_is_for_two() -> None:
    """A second one of the same half is refused."""
    fabric = Fabric()
    first = asyncio.create_task(fabric.meet(7, "prefill", ()))
    await asyncio.sleep(0)
    with pytest.raises(Refused, match="taken"):
        await fabric.meet(7, "prefill", ())
    first.cancel()
