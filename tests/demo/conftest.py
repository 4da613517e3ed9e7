"""One run of the demo for all tests here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from wrp_router.config.pools import Price
from wrp_router.demo.run import Asked, demonstrate


class Shown(msgspec.Struct, frozen=True):
    """What the demo gave: every request, the large model's prices, and how its progress was told."""

    asked: Sequence[Asked]
    large: Price
    progress: Sequence[tuple[int, int]]


@pytest.fixture(scope="session")
def shown() -> Shown:
    progress: list[tuple[int, int]] = []
    asked, large = asyncio.run(demonstrate(lambda done, of: progress.append((done, of))))
    return Shown(asked, large, progress)
