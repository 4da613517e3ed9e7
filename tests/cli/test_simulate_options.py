"""What `wrp simulate` may be told."""

from __future__ import annotations

import pytest

from tests.cli.judged import options


def test_defaults() -> None:
    """One router that sees all, three trials, five seconds for a first token."""
    found = options("simulate", "c.yaml", "--synthetic", "hot")
    assert (found.file, found.trace, found.synthetic, found.policy) == ("c.yaml", None, "hot", None)
    assert (found.routers, found.sync, found.seeds, found.slo, found.patience) == (1, 0.0, 3, 5.0, 30.0)
    assert (found.change, found.plot, found.json) == ([], None, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("c.yaml",),
        ("c.yaml", "--synthetic", "hot", "--trace", "t"),
        ("c.yaml", "--synthetic", "cold"),
        ("c.yaml", "--synthetic", "hot", "--seeds", "0"),
        ("c.yaml", "--synthetic", "hot", "--queue", "lifo"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...]) -> None:
    """Neither or both sources of arrivals, no trial at all, an order that there is not."""
    with pytest.raises(SystemExit):
        options("simulate", *arguments)
