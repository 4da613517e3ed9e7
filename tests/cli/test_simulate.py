"""`wrp simulate`"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from tests.cli.conftest import Asked, Wrp
from tests.cli.simulating import told
from wrp_policies import Balancing, Ended, Outcome
from wrp_policies.balancing import Random
from wrp_router.cli import main, parser
from wrp_router.cli.candidate import Unusable
from wrp_router.cli.machines import Machine
from wrp_router.cli.simulate import KINDS, columns, contest_of, counted, played, pool_of, shown
from wrp_router.record import Row, to_line
from wrp_router.sim.batching import Hardware, Pace
from wrp_router.sim.trial import Contender
from wrp_router.sim.trial.sites import Sites
from wrp_signals.facts import Facts

CONFIGS = Path(__file__).parent.parent.parent / "configs"


def test_json(wrp: Wrp, asked: Asked):
    """What is promised to whoever reads it."""
    found = told(wrp, *asked("--seeds", "2"))
    assert [*found["policies"]] == ["random", "p2c", "adaptive", "clairvoyant"]
    for one in found["policies"].values():
        assert 0 <= one["attainment"] <= 1
        assert {*one["ttft_s"]} == {"p50", "p90", "p99"}
        assert {*one["tpot_s"]} == {"p50", "p99"}
        assert one["capacity"] > 0
        assert one["hit_ratio"] <= found["hit_bound"]
        assert one["load_max_over_mean"] >= 1
        assert one["load_cv"] >= 0
        assert one["cost_usd"] > 0
        assert (one["requests"], one["failed"]) == (80, 0)
    assert (found["pool"], found["servers"], found["routers"], found["seeds"]) == ("small", 2, 1, 2)
    assert found["hardware"] == "l4 with a model of 8B (a guess: the pool has no hardware.gpu)"
    assert [run["policies"] for run in found["runs"]] == [found["policies"]]
    assert found["runs"][0]["qps"] == pytest.approx(8.0)
    assert "goodput_rps" not in found


def test_hits_of_some_are_not_held_against_a_bound_of_all(wrp: Wrp, asked: Asked):
    """Where requests were given up the others were the warm ones: more of them was cached than of all can be."""
    code, out, _ = wrp(*asked("--patience", "0.05", "--policy", "p2c"))
    rows = [line.split() for line in out.splitlines() if line.startswith("p2c")]
    assert (code, [row[-3] for row in rows]) == (0, ["-"])


def test_the_same_twice(wrp: Wrp, asked: Asked):
    """Nothing is left to chance but by seeds."""
    assert wrp(*asked("--json")) == wrp(*asked("--json"))


def test_a_table(wrp: Wrp, asked: Asked):
    """A row for each policy, a column for each figure, and what all of it is about."""
    code, out, err = wrp(*asked("--seeds", "2"))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("small: 2 servers, each l4 with a model of 8B (a guess")
    assert lines[0].endswith("; 1 router; trace.jsonl.gz")
    assert lines[1] == "in time: the first token within 5 s; ±: of 2 trials"
    assert lines[3] == "8 requests/s"
    assert re.split(r"\s{2,}", lines[4].strip())[:4] == ["in time", "req/s in time", "TTFT p50", "p90"]
    rows = {line.split()[0]: line for line in lines[5:]}
    assert [*rows] == ["random", "p2c", "adaptive", "clairvoyant"]
    assert re.search(r"^p2c +[01]\.\d{3} ±0\.\d{3} +\d", rows["p2c"])
    assert len({len(line) for line in lines[4:]}) == 1


def test_several_rates(wrp: Wrp, asked: Asked):
    """A run for each, and the highest rate that is still served in time."""
    found = told(wrp, *asked("--qps", "0.5,4,400", "--hardware", "h100"))
    assert [run["qps"] for run in found["runs"]] == [0.5, 4.0, 400.0]
    assert found["policies"] == found["runs"][-1]["policies"]
    assert {*found["goodput_rps"]} == {*found["policies"]}
    assert found["goodput_rps"]["adaptive"] in (0.5, 4.0, 400.0)
    for name, best in found["goodput_rps"].items():
        good = [run["qps"] for run in found["runs"] if run["policies"][name]["attainment"] >= 0.9]
        assert best == max(good, default=0.0)
    out = wrp(*asked("--qps", "4,4000", "--slo", "0.001"))[1]
    assert "\n4 requests/s\n" in out
    assert "\n4000 requests/s\n" in out
    assert re.search(r"with 90 % in time, requests/s\nrandom +none\n", out)


def test_routers_that_share_servers(wrp: Wrp, asked: Asked):
    """Who never hear of each other have no number of seconds for it; JSON knows no infinity."""
    assert told(wrp, *asked("--routers", "3", "--sync", "inf"))["sync_s"] is None
    assert told(wrp, *asked("--routers", "3", "--sync", "1.5"))["sync_s"] == 1.5
    assert "; 3 routers; " in wrp(*asked("--routers", "3"))[1]


def test_servers_of_several_kinds(wrp: Wrp, asked: Asked):
    """In turn: of two, one each; the title says both."""
    kinds = {name: told(wrp, *asked("--hardware", name)) for name in ("h100", "l4", "h100,l4")}
    both = kinds["h100,l4"]
    assert both["hardware"].startswith("h100 with a model of 8B")
    assert " or l4 with a model of 8B" in both["hardware"]
    tails = [kinds[name]["policies"]["random"]["ttft_s"]["p90"] for name in ("h100", "h100,l4", "l4")]
    assert tails == sorted(tails)
    assert tails[0] < tails[2]


def test_servers_that_come_and_go(wrp: Wrp, asked: Asked):
    """What dies loses what it streamed; what joins is counted by the policies, not by the title."""
    changes = [part for text in ("die:1@2", "join@3s", "back:1@4", "die:2@5") for part in ("--change", text)]
    found = told(wrp, *asked(*changes, "--hardware", "l4"))
    for one in found["policies"].values():
        assert one["requests"] + one["failed"] == 80


def test_a_server_that_becomes_slow(wrp: Wrp, asked: Asked):
    """First tokens come later, and none is lost."""
    fine = told(wrp, *asked("--hardware", "l4"))["policies"]["random"]
    slow = told(wrp, *asked("--change", "slow:1:30@1", "--hardware", "l4", "--patience", "inf"))["policies"]["random"]
    assert slow["ttft_s"]["p99"] > 3 * fine["ttft_s"]["p99"]
    assert (slow["requests"], slow["failed"]) == (80, 0)


def test_all_servers_dead(wrp: Wrp, asked: Asked):
    """Nobody had an answer: no latency, and none is shown."""
    dead = ("--change", "die:0@0", "--change", "die:1@0")
    assert told(wrp, *asked(*dead))["policies"]["p2c"]["ttft_s"] == {"p50": None, "p90": None, "p99": None}
    assert re.search(r"p2c +0\.000 ±0\.000 +0\.00 +- +- +- +- +0\.000", wrp(*asked(*dead))[1])


def test_warm_up_and_cut(wrp: Wrp, asked: Asked):
    """The first requests are not counted; only so many are taken; prompts are cut."""
    found = told(wrp, *asked("--take", "50", "--skip", "20", "--cut", "512"))
    assert found["policies"]["p2c"]["requests"] == 30
    assert found["hit_bound"] > 0.9
    assert found["skip"] == 20


@pytest.mark.parametrize("kind", ["toolagent", "hot"])
def test_traces_that_are_made(wrp: Wrp, config, kind: str):
    """Anew for each seed: the rate is the mean of what was drawn."""
    command = ("simulate", config(), "--synthetic", kind, "--take", "40", "--policy", "random", "--hardware", "h100")
    one, three = (told(wrp, *command, "--seeds", seeds) for seeds in ("1", "3"))
    assert one["trace"].endswith("-0")
    assert one["runs"][0]["qps"] != three["runs"][0]["qps"]


def test_every_kind(wrp: Wrp, asked: Asked):
    """Can be asked for, alone or in a list; clairvoyant is the last row wherever it is named."""
    found = told(wrp, *asked("--policy", "session", policies="clairvoyant, " + ",".join(KINDS)))
    assert [*found["policies"]] == [*dict.fromkeys(["random", *KINDS]), "clairvoyant"]


def test_the_usual_policies(wrp: Wrp, config, trace: str):
    """Where none is asked for: and the pool's own, with its own fields."""
    path = config(model="q8b\n    balance: {kind: consistent_hash, depth: 1} ")
    found = told(wrp, "simulate", path, "--trace", trace, "--seeds", "1", "--servers", "2")
    assert {"least_load", "preble", "dualmap", "consistent_hash"} <= {*found["policies"]}
    assert [*found["policies"]][-1] == "clairvoyant"
    other = config(model="q8b\n    balance: {kind: consistent_hash, depth: 9, bound: 9} ")
    again = told(wrp, "simulate", other, "--trace", trace, "--seeds", "1", "--servers", "2")
    assert again["policies"]["consistent_hash"] != found["policies"]["consistent_hash"]
    assert again["policies"]["dualmap"] == found["policies"]["dualmap"]


def test_the_other_pool(wrp: Wrp, asked: Asked):
    """By its name."""
    found = told(wrp, *asked("--pool", "large"))
    assert found["pool"] == "large"
    assert found["hardware"].startswith("4 x h100 with a model of 70B (a guess")


def test_our_own_log(wrp: Wrp, config, tmp_path: Path):
    """What the cache answered, and what failed, is left out; it says how much."""
    done = Outcome("small", "a", "m", Ended.DONE, tokens_in=300, tokens_out=20)
    rows = [Row(float(n), Facts("d", "chat", "auto", prompt_tokens=300), outcomes=(done,)) for n in range(3)]
    rows.append(Row(4.0, Facts("d", "chat", "auto"), cache="hit-exact"))
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"".join(map(to_line, rows)))
    found = told(wrp, "simulate", config(), "--trace", str(path), "--policy", "p2c")
    assert (found["policies"]["p2c"]["requests"], found["skipped"]) == (3, {"cached": 1, "failed": 0})
    out = wrp("simulate", config(), "--trace", str(path), "--policy", "p2c")[1]
    assert "left out: 1 requests that a cache answered, 0 that failed\n" in out


def test_adapters_of_our_own_log(wrp: Wrp, tmp_path: Path):
    """Names that are the pool's adapters are loaded, as many at a time as its `lora` says; `auto` is not."""
    done = Outcome("qwen", "a", "m", Ended.DONE, tokens_in=300, tokens_out=20)
    names = ["sql-lora", "customer-1", "auto", "customer-1", "other"]
    rows = [Row(9.0 * n, Facts("d", "chat", name), outcomes=(done,)) for n, name in enumerate(names)]
    (tmp_path / "log.jsonl").write_bytes(b"".join(map(to_line, rows)))
    asked = ("--trace", str(tmp_path / "log.jsonl"), "--policy", "lora", "--seeds", "1")
    found = told(wrp, "simulate", str(CONFIGS / "adapters.yaml"), *asked)["policies"]
    assert found["lora"]["loads"] == 0.4
    assert found["lora"]["ttft_s"]["p99"] > 2.0


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_chart(wrp: Wrp, asked: Asked, tmp_path: Path, kind: str):
    """Of one rate or of several; the table is printed all the same."""
    for rates in ("4", "4,8"):
        path = tmp_path / f"{len(rates)}.{kind}"
        code, out, err = wrp(*asked("--plot", str(path), "--qps", rates))
        assert (code, err) == (0, "")
        assert "requests/s" in out
        assert path.stat().st_size > 2000


def test_a_chart_that_cannot_be_written(wrp: Wrp, asked: Asked, tmp_path: Path):
    """The work is not lost: the table is there, and then the reason."""
    (tmp_path / "chart.png").mkdir()
    code, out, err = wrp(*asked("--plot", str(tmp_path / "chart.png")))
    assert (code, "requests/s" in out) == (1, True)
    assert err.startswith("wrp: --plot ")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal(asked: Asked, capsys: pytest.CaptureFixture[str]):
    """A line for each rate, and the output is as without it."""
    assert main([*asked("--qps", "4,8")]) == 0
    plain = capsys.readouterr()
    with redirect_stderr(Terminal()) as terminal:
        assert main([*asked("--qps", "4,8")]) == 0
    assert capsys.readouterr().out == plain.out
    lines = terminal.getvalue().split("\n")
    assert [line.rpartition("\r\x1b[K")[2][:15] for line in lines] == ["4 requests/s  [", "8 requests/s  [", ""]
    assert lines[0].endswith("100 %")


def test_a_bar_is_ended_where_the_work_is(asked: Asked, trace: str):
    """Whatever ends it: what is said then stands on a line of its own."""
    options = parser().parse_args(asked())
    contest = contest_of(pool_of(options), (Machine("", Hardware(Pace(overhead=0.01))),), options)

    class Refusing(Contender, frozen=True):
        def made(self, sites: Sites) -> Balancing:
            raise Unusable("no")

    with redirect_stderr(Terminal()) as terminal, pytest.raises(Unusable):
        played(contest, {"random": Refusing(Random())}, options)
    assert terminal.getvalue().endswith("  0 %\n")


@pytest.mark.parametrize("name", sorted(path.name for path in CONFIGS.glob("*.yaml")))
def test_the_examples(wrp: Wrp, trace: str, name: str):
    """Can be simulated as they are."""
    found = told(wrp, "simulate", str(CONFIGS / name), "--trace", trace, "--take", "20", "--seeds", "1")
    assert found["policies"]["random"]["requests"] == 20


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (0.0123456, "12.3 ms"), (0.9996, "1 s"), (1.234, "1.23 s"), (99.96, "100 s"), (4321.0, "4321 s")],
)
def test_seconds_are_short(value: float | None, said: str):
    """Three digits, or none."""
    assert shown(value) == said


def test_words():
    """One is one, and columns stand below each other."""
    assert (counted(1, "server"), counted(2, "server")) == ("1 server", "2 servers")
    assert columns([["a", "b"], ["long", "1"], ["", "22"]]) == ["a        b", "long     1", "        22"]


@pytest.mark.parametrize("order", ["fifo", "shortest", "deadline", "fair", "none"])
def test_lines_before_servers(wrp: Wrp, asked: Asked, order: str):
    """In every order all are served, or none is lost in them."""
    found = told(wrp, *asked("--queue", order))["policies"]
    assert {policy["failed"] for policy in found.values()} == {0.0}


def test_patience(wrp: Wrp, asked: Asked):
    """Thirty seconds unless told otherwise; with next to none nearly everybody gives up."""
    hasty = told(wrp, *asked("--patience", "1ms".removesuffix("ms"), "--qps", "5000"))["policies"]["p2c"]
    calm = told(wrp, *asked("--patience", "inf", "--qps", "5000"))["policies"]["p2c"]
    assert hasty["failed"] > 0
    assert calm["failed"] == 0
    assert wrp(*asked("--patience", "0"))[0] == 1
