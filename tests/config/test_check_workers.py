"""Several workers: what they cannot have, and what each has for itself."""

from __future__ import annotations

import pytest

from wrp_router.config import loads

BASE = """\
version: 1
pools:
  - {name: small, model: m, servers: [http://127.0.0.1:8001]}
"""
REDIS = "{kind: redis, url: redis://127.0.0.1:6379}"


def said(more: str) -> list[tuple[str, int, str]]:
    """Code, line and message of what is said of workers."""
    loaded = loads(BASE + more)
    codes = {one.code for one in loaded.problems}
    assert (loaded.config is None) == any(code.startswith("E") for code in codes), loaded.problems
    return [(one.code, one.line, one.message) for one in loaded.problems if "worker" in one.message]


@pytest.mark.parametrize("workers", ["", "workers: 1\n"])
def test_one_has_all(workers: str):
    """Nothing is to be said, whatever it keeps in memory or in a file."""
    assert said(f"{workers}cache: {{store: memory, semantic: false}}\n") == []


def test_each_its_own():
    """Named, where `workers` stands, with what would share it."""
    ((code, line, message),) = said("workers: 2\ncache: {store: memory, semantic: false}\n")
    assert (code, line) == ("W016", 4)
    assert "cached answers" in message
    assert "what policies learn" in message
    assert "limits" not in message


def test_limits():
    """Each lets in as many."""
    loaded = loads(BASE.replace("m,", "m, limit: 8,") + "workers: 2\n")
    assert "limits of servers" in next(one.message for one in loaded.problems if one.code == "W016")


@pytest.mark.parametrize(("accounts", "named"), [("", True), ("accounts: {redis: {url: redis://127.0.0.1}}\n", False)])
def test_limits_of_tenants(accounts: str, named: bool):
    """Each counts for itself, unless they count together."""
    tenants = "tenants: [{name: local, limits: {requests: 1/s}}]\n"
    ((_, _, message),) = said(f"workers: 2\n{tenants}{accounts}")
    assert ("limits of tenants" in message) == named


@pytest.mark.parametrize(
    ("clients", "named"),
    [
        ("connections: 9", True),
        ("each: 9", True),
        ("wrong_keys: 9", True),
        ("wrong_keys: 0", True),
        ("head: 9s", False),
    ],
)
def test_bounds_of_clients(clients: str, named: bool):
    """Each counts for itself those that it has."""
    ((_, _, message),) = said(f"workers: 2\nclients: {{{clients}}}\n")
    assert ("clients.connections" in message) == named


def test_what_is_shared_is_not_named():
    """With Redis for all of it."""
    shared = f"secret: 0123456789abcdef\ncache: {{store: {REDIS}, semantic: false}}\nlearned: {{redis: {{url: redis://127.0.0.1}}}}\n"
    assert said(f"workers: 2\n{shared}") == []


def test_a_file_of_answers_is_for_one():
    """An error, with what to do."""
    store = "{kind: sqlite, path: x.db}"
    found = said(f"workers: 2\nsecret: 0123456789abcdef\ncache: {{store: {store}, semantic: false}}\n")
    assert found[0][0] == "E046"
    assert "SQLite" in found[0][2]


@pytest.mark.parametrize("number", ["0", "257", "two"])
def test_numbers_that_are_none(number: str):
    """1 to 256."""
    assert loads(f"{BASE}workers: {number}\n").config is None
