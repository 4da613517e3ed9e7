"""What no single field can know, beyond what the golden files show."""

from __future__ import annotations

import pytest

from tests.config.makers import brief, codes, config
from wrp_router.config import loads
from wrp_router.config.check_routes import in_order


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("listen: 127.0.0.1:1\nadmin: 127.0.0.1:1\n", ["6:8 E046"]),
        ("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n", []),
        ("listen: 0.0.0.0:80\nkeys: [{tenant: a, key: 0123456789abcdef}]\n", []),
        ("listen: 0.0.0.0:80\nkeys: []\n", ["5:9 E040"]),
        ("listen: 0.0.0.0:80\nkeys: [{tenant: ''}]\n", ["6:17 E013"]),
        ("keys: [{tenant: a, key: null}]\n", ["5:8 E044"]),
        ("embedder: {tier: none}\nsignals: {category: {kind: domain}}\ncache: {semantic: false}\n", ["6:21 W003"]),
        ("embedder: {tier: none}\ncache: {}\n", ["6:8 W003"]),
        ("cache: {categories: {a: {quota: 60%}, b: {quota: 50%}, default: {}}}\n", ["5:21 E045"]),
        ("cache: {categories: {a: {quota: 60%}, b: {quota: 40%}, default: {}}}\n", []),
        ("telemetry: {otel: {endpoint: 'http://127.0.0.1:4318'}}\n", []),
        ("routes: [{name: a, when: 1 == 1, use: {kind: static, pools: [local]}}]\n", []),
        ("routes: [{name: a, when: stream, use: {kind: static, pools: [local]}}]\n", ["5:17 W001", "5:26 E021"]),
        ("signals: {k: {kind: keyword, words: [' ']}}\n", ["5:14 E025"]),
        ("tests: [{ask: a, expect: {signals: {x: 1}}}]\n", ["5:37 E021"]),
        ("headers: [User-Agent, 'a b']\n", ["5:23 E013"]),
    ],
)
def test_found(more: str, found: list[str]) -> None:
    """Each at its place."""
    assert brief(config(more).problems) == found


def test_priorities() -> None:
    """The order of trying, not that of the file, decides what is behind what."""
    routes = (
        "routes:\n"
        "  - {name: all, use: {kind: static, pools: [local]}}\n"
        "  - {name: first, priority: 1, when: tenant == 'a', use: {kind: static, pools: [local]}}\n"
    )
    loaded = config(routes)
    assert loaded.problems == ()
    assert loaded.config is not None
    assert [route.name for route in in_order(loaded.config)] == ["first", "all"]


def test_what_is_broken_is_not_complained_of_twice() -> None:
    """A name that a broken pool or signal has is still a name."""
    text = """\
version: 1
pools:
  - name: half
    server: []
signals:
  odd: {kind: nosuch}
routes:
  - {name: a, when: odd, use: {kind: static, pools: [half]}}
  - {name: b, use: {kind: static, pools: [half]}}
"""
    assert codes(loads(text)) == ["E011", "E010", "E014"]


@pytest.mark.parametrize(
    "text", ["[]", "x", "1", "pools: 5\nsignals: 3\nroutes: {}\ntests: x\n", "pools: [1, [2], {name: [3]}]"]
)
def test_any_shape(text: str) -> None:
    """Checks take any tree."""
    assert loads(text).config is None
