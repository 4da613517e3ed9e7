"""Which faults strike which request."""

import json

import pytest

from wrp_router.fakes.faults import NO_FAULTS, Faults
from wrp_router.fakes.http1 import Request
from wrp_router.fakes.mishaps import Mishaps


def request(method: str = "POST", header: str = "", **body) -> Request:
    headers = {"x-fake": header} if header else {}
    return Request(method, "/", headers, json.dumps(body).encode() if body else b"")


def test_a_request_s_own_knobs_come_first():
    """Header, then body, then the engine's line; GETs have a line of their own."""
    mishaps = Mishaps("status=500", seed=0)
    mishaps.probes = "status=503"
    assert mishaps.of(request(header="status=501", x_fake="status=502")) == Faults(status=501)
    assert mishaps.of(request(x_fake={"status": 502})) == Faults(status=502)
    assert mishaps.of(request()) == Faults(status=500)
    assert mishaps.of(request("GET")) == Faults(status=503)
    assert (mishaps.line, mishaps.probes) == ("status=500", "status=503")
    mishaps.line = ""
    assert mishaps.of(request()) is NO_FAULTS


def test_a_mistaken_line_is_refused_when_it_is_set():
    """Not when it first strikes."""
    with pytest.raises(ValueError, match="teapot"):
        Mishaps("teapot", seed=0)
    mishaps = Mishaps("", seed=0)
    with pytest.raises(ValueError, match="teapot"):
        mishaps.probes = "teapot"
    with pytest.raises(ValueError, match="teapot"):
        mishaps.of(request(header="teapot"))


def test_so_many_times_and_no_more():
    """Counted by the line; setting it starts anew; own lines are counted by themselves."""
    mishaps = Mishaps("status=500, times=2", seed=0)
    statuses = [mishaps.of(request()).status for _ in range(4)]
    assert statuses == [500, 500, 200, 200]
    assert mishaps.of(request(header="status=503, times=1")).status == 503
    assert mishaps.of(request(header="status=503, times=1")).status == 200
    mishaps.line = "status=500, times=2"
    assert mishaps.of(request()).status == 500


def test_the_count_is_bounded():
    """Ten thousand lines are remembered, not more."""
    mishaps = Mishaps("", seed=0)
    lines = [f"status={200 + at % 300}, chunks={1 + at}, times=1" for at in range(10_001)]
    assert all(mishaps.of(request(header=line)) is not NO_FAULTS for line in lines)
    assert mishaps.of(request(header=lines[0])) is not NO_FAULTS


def test_a_share_of_requests():
    """Drawn from the seed: the same each time."""
    drawn = [[mishaps.of(request()).status for _ in range(200)] for mishaps in map(half, (1, 1, 2))]
    assert drawn[0] == drawn[1] != drawn[2]
    assert 60 < drawn[0].count(500) < 140


def half(seed: int) -> Mishaps:
    return Mishaps("status=500, p=0.5", seed)


def test_bodies_that_cannot_be_read_have_no_faults():
    """The service refuses them."""
    assert Mishaps("", 0).of(Request("POST", "/", {}, b'{"x_fake": ')) == NO_FAULTS
    assert Mishaps("", 0).of(Request("POST", "/", {}, b'["x_fake"]')) == NO_FAULTS
