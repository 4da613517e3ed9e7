"""What is judged of hostile clients, and how."""

from __future__ import annotations

import pytest

from bench.hostile import CONFIG, KEYS, judged, p99_ms
from bench.steady import Steady, request
from wrp_router.config import loads


@pytest.mark.parametrize(
    ("name", "values", "held"),
    [
        ("others answered %", [100.0, 98.9, 100.0], "NO"),
        ("others answered %", [99.0, 99.5, 100.0], "yes"),
        ("p99, to alone", [1.0, 1.9, 9.0], "yes"),
        ("p99, to alone", [1.0, 2.1, 9.0], "NO"),
        ("longest left alone s", [11.0, 12.1, 11.0], "NO"),
        ("ejections", [0.0, 0.0, 1.0], "NO"),
        ("p99 alone ms", [1e9], ""),
    ],
)
def test_bars(name: str, values: list[float], held: str):
    """By every round; ratios of p99 by the median. What has no bar is not judged."""
    assert judged(name, values, 12.0)[1] == held


def test_the_configuration_is_sound():
    """With keys and without."""
    for more in (KEYS, "clients: {unread: 10s}\n"):
        servers = "http://127.0.0.1:2, http://127.0.0.1:3"
        loaded = loads(CONFIG.format(port=1, servers=servers, victim="http://127.0.0.1:4", more=more), "a")
        assert not [problem for problem in loaded.problems if problem.is_error]


def test_requests_with_more_lines():
    """They stand in the head."""
    head, _, body = request("x", "authorization: Bearer k").partition(b"\r\n\r\n")
    assert b"\r\nauthorization: Bearer k" in head
    assert b"content-length: %d" % len(body) in head


def test_p99():
    """Of all waits, in milliseconds."""
    load = Steady(1, 1.0, 1, waits=[at / 1000 for at in range(100)])
    assert p99_ms(load) == 99.0
