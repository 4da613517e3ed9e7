"""What is configured of clients."""

from __future__ import annotations

import pytest

from wrp_router.config import loads
from wrp_router.config.clients import Clients

FILE = "version: 1\npools: [{{name: a, model: m, servers: [http://127.0.0.1:1]}}]\nclients: {}\n"


def test_all_of_it():
    """With units."""
    loaded = loads(
        FILE.format("{head: 5s, body_rate: 2KiB, each: 9, proxies: [10.0.0.0/8, '::1'], wrong_keys: 0}"), "a"
    )
    assert loaded.config is not None
    assert loaded.config.clients == Clients(
        head=5.0, body_rate=2048, each=9, proxies=("10.0.0.0/8", "::1"), wrong_keys=0
    )


@pytest.mark.parametrize(
    "wrong", ["{head: 0}", "{each: -1}", "{proxies: [proxy.example]}", "{proxies: [10.0.0.0/99]}", "{heads: 1s}"]
)
def test_what_is_refused(wrong: str):
    """With a place."""
    loaded = loads(FILE.format(wrong), "a")
    (problem,) = loaded.problems
    assert (problem.line, problem.is_error) == (3, True)
