"""What `wrp simulate` refuses, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Asked, Wrp
from tests.cli.simulating import told
from wrp_router.cli.candidate import Unusable
from wrp_router.cli.simulate import changed
from wrp_router.sim.trial import Change


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--pool", "huge"), "has no pool 'huge': small, large"),
        (("--policy", "leest_load"), "there is no balancing policy 'leest_load': did you mean \"least_load\"?"),
        (("--policy", "tarot"), "there is no balancing policy 'tarot': there are round_robin, "),
        (("--policy", "p2c,"), "there is no balancing policy ''"),
        (("--hardware", "abacus"), 'nothing is known of "abacus"'),
        (("--slo", "0"), "--slo 0: "),
        (("--slo", "inf"), "--slo inf: "),
        (("--spread", "inf"), "--spread inf: "),
        (("--qps", "4,0.0001"), "--qps 0.0001: from 0.001 requests a second on"),
        (("--servers", "100000"), "--servers 100000: 1024 at most"),
        (("--routers", "2", "--sync", "0.0001"), "reports every 0.0001 s: either 0"),
        (("--skip", "80"), "trace.jsonl.gz has 80 requests, and 80 of them are to be left out"),
        (("--take", "10", "--skip", "20"), "has 10 requests, and 20 of them are to be left out"),
        (("--plot", "chart.gif"), "--plot chart.gif: a chart's name ends in"),
        (("--change", "die:5@1"), "die at 1 s: there are servers 0 to 1 then, no 5"),
        (("--change", "back:1@1"), "back at 1 s: server 1 had not died"),
        (("--change", "slow:1:0@1"), "slow at 1 s: 0 times as long cannot be"),
    ],
)
def test_what_cannot_be_tried(wrp: Wrp, asked: Asked, more: tuple[str, ...], said: str):
    """Exit status 1, one line, nothing on standard output."""
    code, out, err = wrp(*asked(*more))
    assert (code, out) == (1, "")
    assert said in err
    assert err.startswith("wrp: ")
    assert err.count("\n") == 1


def test_none_of_the_requests(wrp: Wrp, asked: Asked):
    """Are not all of them."""
    code, out, err = wrp(*asked("--take", "0"))
    assert (code, out, "'0' is not a number of 1 or more" in err) == (2, "", True)


@pytest.mark.parametrize("text", ["", "die", "die@5", "die:x@5", "die:1@x", "die:1@-1", "die:1@nan", "die:1@inf"])
@pytest.mark.parametrize("form", ["{}", "{}@", "join:3@60{}", ":{}", "explode{}:1@5"])
def test_changes_that_are_none(text: str, form: str):
    """Each says how they are written."""
    with pytest.raises(Unusable, match="is not like join@60, leave:3@60, die:3@60, back:3@90 or slow:3:5@60"):
        changed(form.format(text))


def test_changes():
    """What, which, when."""
    assert changed("join@60") == Change(60.0, "join")
    assert changed("leave:12@1.5s") == Change(1.5, "leave", 12)
    assert changed("back:0@0") == Change(0.0, "back", 0)
    assert changed("slow:3:2.5@60") == Change(60.0, "slow", 3, 2.5)


@pytest.mark.parametrize("text", ["slow:3@60", "slow:3:@60", "slow@60", "slow:3:x@60", "die:3:5@60", "join:3:5@60"])
def test_how_much_slower_is_said_of_the_slow_alone(text: str):
    """And has to be said of them."""
    with pytest.raises(Unusable, match="is not like"):
        changed(text)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([""], ": empty"),
        (["hello"], ":1: none of the traces that are read"),
        (
            [
                '{"timestamp": 0, "input_length": 9, "output_length": 1, "hash_ids": [1]}',
                '{"timestamp": 1, "input_length": 9}',
            ],
            ":2: ",
        ),
        (
            [
                '{"timestamp": 5, "input_length": 9, "output_length": 1, "hash_ids": [1]}',
                '{"timestamp": 1, "input_length": 9, "output_length": 1, "hash_ids": [1]}',
            ],
            ":2: goes back in time by 0.004 s",
        ),
    ],
)
def test_a_trace_that_is_none(wrp: Wrp, config, tmp_path: Path, rows: list[str], said: str):
    """With file and line."""
    path = tmp_path / "trace"
    path.write_text("\n".join(rows))
    code, out, err = wrp("simulate", config(), "--trace", str(path))
    assert (code, out) == (1, "")
    assert f"wrp: {path}{said}" in err


def test_requests_all_at_once_have_no_rate(wrp: Wrp, config, tmp_path: Path):
    """To scale: it says so. As they are they can be played."""
    path = tmp_path / "trace"
    path.write_text('{"timestamp": 0, "input_length": 9, "output_length": 1, "hash_ids": [1]}\n' * 3)
    command = ("simulate", config(), "--trace", str(path), "--policy", "p2c")
    code, _, err = wrp(*command, "--qps", "4")
    assert (code, "there is no rate to scale" in err) == (1, True)
    assert told(wrp, *command)["runs"][0]["qps"] == 0.0


def test_no_trace(wrp: Wrp, config, tmp_path: Path):
    """A file that is not there; neither of the two ways to name one; both."""
    code, out, err = wrp("simulate", config(), "--trace", str(tmp_path / "none"))
    assert (code, out) == (1, "")
    assert "No such file or directory" in err
    assert wrp("simulate", config())[0] == 2
    assert wrp("simulate", config(), "--trace", "f", "--synthetic", "hot")[0] == 2


def test_a_configuration_with_errors(wrp: Wrp, config, trace: str):
    """All of them, as `wrp check` has them."""
    code, out, err = wrp("simulate", config("routs: []\n"), "--trace", trace)
    assert (code, out) == (1, "")
    assert "E010" in err
    assert "did you mean" in err
