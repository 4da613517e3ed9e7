"""What policies learn where there are several routers."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config

SECRET = "secret: '0123456789abcdef'\n"
HERE = "learned: {redis: {url: 'redis://127.0.0.1:6379/2'}}\n"
CACHE = "cache: {store: {kind: redis, url: 'redis://127.0.0.1'}}\n"


def routes(*uses: str) -> str:
    """One for each of these policies."""
    return "routes:\n" + "".join(
        f"  - {{name: r{at}, use: {use}, when: '{at} == {at}'}}\n" for at, use in enumerate(uses)
    )


def of(text: str, *uses: str) -> list[str]:
    """The codes of what is said of learning."""
    return [
        code for code in codes(config(text + routes(*uses))) if code in ("E013", "E042", "E043", "E046", "W009", "W015")
    ]


@pytest.mark.parametrize(
    ("learned", "found"),
    [
        ("{file: x.json}", []),
        ("{file: x.json, redis: {url: 'redis://localhost'}}", []),
        ("{redis: {url: 'rediss://r.example', user: wrp, password: pw, ca: ca.pem, namespace: a}, every: 5s}", []),
        ("{}", ["E013"]),
        ("{every: 5s}", ["E013"]),
        ("{redis: {url: 'redis://r.example'}}", ["W009"]),
        ("{redis: {url: 'http://r.example'}}", ["E042"]),
        ("{redis: {url: 'rediss://u:pw@r.example'}}", ["E043"]),
        ("{redis: {url: 'redis://localhost', ca: ca.pem}}", ["E046"]),
        ("{redis: {url: 'redis://localhost', deadline: 0s}}", ["E013"]),
    ],
)
def test_where_it_is_kept(learned: str, found: list[str]) -> None:
    """In a file, or on a server that can be reached without telling everybody; or both, not neither."""
    pytest.importorskip("redis")
    assert of(f"{SECRET}learned: {learned}\n", "{kind: static, pools: [local]}") == found


def test_nobody_believes_without_a_secret() -> None:
    """What others learned."""
    pytest.importorskip("redis")
    assert of(HERE, "{kind: static, pools: [local]}") == ["E046"]


@pytest.mark.parametrize(
    ("use", "together", "apart"),
    [
        ("{kind: linucb, pools: [local]}", 0, 1),
        ("{kind: track_and_stop, pools: [local]}", 0, 1),
        ("{kind: elo, pools: [local]}", 1, 1),
        ("{kind: static, pools: [local]}", 0, 0),
        ("{kind: shadow, use: {kind: elo, pools: [local]}, shadow: {kind: lints, pools: [local]}}", 1, 2),
    ],
)
def test_what_stays_each_routers_own(use: str, together: int, apart: int) -> None:
    """Is said where routers share a server: of answers, or of what is learned."""
    pytest.importorskip("redis")
    assert of(SECRET + HERE, use) == ["W015"] * together
    assert of(SECRET + CACHE, use) == ["W015"] * apart
    assert of(SECRET, use) == []


def test_budgets_are_named() -> None:
    """They are each router's own as long as what is learned is."""
    loaded = config(SECRET + CACHE + routes("{kind: linucb, pools: [local], budget: $20/day}"))
    (problem,) = [one for one in loaded.problems if one.code == "W015"]
    assert problem.message == "what linucb learns and spends is each router's own"
