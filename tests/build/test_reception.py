"""How many clients there is a place for."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from wrp_router.build import reception
from wrp_router.build.reception import MOST_FILES, TooFewFiles, files_allowed, raise_files, reception_of
from wrp_router.config.clients import Clients
from wrp_router.live.places import affordable, files_for

SOFT = 700


@pytest.fixture
def hard() -> Iterator[int]:
    """This process may have more files than it has; afterwards all is as before."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, hard))
    yield MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def taken(clients: Clients) -> int:
    """How many of different addresses get a place."""
    places = reception_of(clients).places
    return sum([places.take(f"address-{number}") for number in range(1000)])


def test_as_many_as_there_are_files_for(hard: int):
    """Each may need two; or as many as are configured."""
    assert taken(Clients()) == affordable(SOFT)
    assert taken(Clients(connections=7)) == 7


def test_files_are_raised_to_what_is_allowed(hard: int):
    """And that is what places are reckoned from."""
    assert raise_files(Clients()) == affordable(hard)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard


def test_more_connections_than_files(hard: int):
    """Nobody starts with that: it would be found out at the worst time."""
    assert raise_files(Clients(connections=affordable(hard))) == affordable(hard)
    with pytest.raises(TooFewFiles, match=f"this process may have {hard}: raise `ulimit -Hn`"):
        raise_files(Clients(connections=hard))
    assert files_for(affordable(hard)) <= hard


class Limits:
    """A system that tells its limits, and takes no others."""

    RLIMIT_NOFILE, RLIM_INFINITY = resource.RLIMIT_NOFILE, resource.RLIM_INFINITY

    def __init__(self, soft: int, hard: int, refusal: Exception) -> None:
        self.told = soft, hard
        self._refusal = refusal

    def getrlimit(self, which: int) -> tuple[int, int]:
        return self.told

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        raise self._refusal


@pytest.mark.parametrize("refusal", [ValueError("current limit exceeds maximum limit"), OSError("no")])
def test_a_limit_that_cannot_be_raised(monkeypatch: pytest.MonkeyPatch, refusal: Exception):
    """Stays as it is, and places are reckoned from it."""
    monkeypatch.setattr(reception, "resource", Limits(SOFT, resource.RLIM_INFINITY, refusal))
    assert raise_files(Clients()) == affordable(SOFT)
    assert taken(Clients()) == affordable(SOFT)


def test_no_limit(monkeypatch: pytest.MonkeyPatch):
    """Is many files, and not the number that stands for it."""
    endless = Limits(resource.RLIM_INFINITY, resource.RLIM_INFINITY, OSError("nobody asks"))
    monkeypatch.setattr(reception, "resource", endless)
    assert files_allowed() == MOST_FILES
    assert raise_files(Clients()) == affordable(MOST_FILES)
    assert reception_of(Clients()).places.take("anybody")
