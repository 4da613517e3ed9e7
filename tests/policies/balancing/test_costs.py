"""What a request would cost on each server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts, warm_pool
from wrp_policies.balancing.costs import UNMEASURED, Demand, demand, rate_of
from wrp_policies.types import Pool, Server

SERVER = Server("a", pending=2_000, prefill=0.001, base=0.05)

SERVERS = st.lists(
    st.builds(
        Server,
        name=st.sampled_from("abcd"),
        pending=st.integers(0, 10**6),
        prefill=st.sampled_from([0.0, 1e-5, 1e-3]),
        base=st.floats(0, 2),
        weight=st.floats(0.01, 1),
        overrun=st.floats(0, 5),
    ),
    max_size=6,
)


class Deaf:
    """A window that must not be looked through."""

    def tokens(self, prefix: Sequence[int]) -> Mapping[str, int]:
        raise AssertionError("asked")


def test_seconds_are_tokens_by_rate() -> None:
    """Queue, prefill of what is not warm, and what comes on top."""
    wanted = Demand(1_000, {"a": 400})
    assert wanted.wait(SERVER) == pytest.approx(2.0)
    assert wanted.work(SERVER) == pytest.approx(0.6)
    assert wanted.ttft(SERVER) == pytest.approx(2.65)


def test_a_server_of_less_weight_keeps_waiting() -> None:
    """Half the weight, twice the seconds for what is there already; not for the prompt itself, or what comes on top."""
    wanted, half = Demand(1_000, {}), Server("a", pending=2_000, prefill=0.001, base=0.05, weight=0.5)
    assert (wanted.wait(half), wanted.work(half)) == (4.0, 1.0)
    assert wanted.ttft(half) == pytest.approx(5.05)


@pytest.mark.parametrize(
    ("prompt", "held", "left"), [(100, 0, 100), (100, 40, 60), (100, 100, 1), (50, 90, 1), (0, 0, 1)]
)
def test_one_token_is_always_left(prompt: int, held: int, left: int) -> None:
    """An engine computes the last token whatever it has cached."""
    assert Demand(prompt, {"a": held} if held else {}).uncached(SERVER) == left


@given(
    servers=SERVERS, prompt=st.integers(0, 10**5), warm=st.dictionaries(st.sampled_from("abcx"), st.integers(0, 10**5))
)
def test_many_are_what_each_is_alone(servers: list[Server], prompt: int, warm: dict[str, int]) -> None:
    """The lists are the single values, to the last bit."""
    wanted = Demand(prompt, warm, 2e-4)
    assert wanted.waits(servers) == [wanted.wait(server) for server in servers]
    assert wanted.works(servers) == [wanted.work(server) for server in servers]
    assert wanted.ttfts(servers) == [wanted.ttft(server) for server in servers]


@given(servers=SERVERS, prompt=st.integers(0, 10**5))
def test_when_a_server_could_begin(servers: list[Server], prompt: int) -> None:
    """`starts_and_works`: the queue, what comes on top, and what it is late by; beside the work itself."""
    wanted = Demand(prompt, {"a": 700})
    starts, works = wanted.starts_and_works(servers)
    assert starts == pytest.approx([wanted.wait(server) + server.base + server.overrun for server in servers])
    assert works == pytest.approx(wanted.works(servers))


def test_who_is_not_measured_is_taken_for_the_mean() -> None:
    """Of those that are measured; a guess where nobody is."""
    fast, slow, new = Server("f", prefill=0.001), Server("s", prefill=0.003), Server("n", pending=10)
    assert rate_of(warm_pool({}, fast, slow, new)) == pytest.approx(0.002)
    assert rate_of(warm_pool({}, new)) == UNMEASURED
    wanted = demand(facts(), warm_pool({}, fast, slow, new))
    assert wanted.wait(new) == pytest.approx(0.02)


def test_demand_asks_who_is_warm() -> None:
    """For the prompt's own blocks; and nobody where it has none."""
    pool = warm_pool({"a": 250, "b": 0}, Server("a"), Server("b"))
    assert demand(facts(prefix=(1, 2)), pool).warm == {"a": 200}
    assert demand(facts(), Pool("p", "m", (SERVER,), warm=Deaf())).warm == {}
