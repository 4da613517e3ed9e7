"""How many clients there is a place for."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from wrp_router.build.reception import MOST_FILES, TooFewFiles, files_of, raise_files, reception_of
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


@pytest.mark.parametrize("refusal", [ValueError("current limit exceeds maximum limit"), OSError("no")])
def test_a_limit_that_cannot_be_raised(hard: int, refusal: Exception):
    """Stays as it is, and places are reckoned from it."""
    wanted: list[tuple[int, int]] = []

    def refuse(which: int, limits: tuple[int, int]) -> None:
        wanted.append(limits)
        raise refusal

    assert raise_files(Clients(), refuse) == affordable(SOFT)
    assert [soft for soft, _ in wanted] == [hard]
    assert taken(Clients()) == affordable(SOFT)


def test_no_limit():
    """Is many files, and not the number that stands for it."""
    assert files_of(resource.RLIM_INFINITY) == MOST_FILES
    assert files_of(SOFT) == SOFT
