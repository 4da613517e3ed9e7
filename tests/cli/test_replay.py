"""`wrp replay`"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.conftest import Wrp
from tests.replaying.makers import WEIGHTED, config, row, text, world, written
from tests.replaying.test_report import kept
from wrp_policies.selection.spec import Looking
from wrp_router.cli.replay import materials_of
from wrp_router.config.structs import RouteConfig
from wrp_router.record import Row
from wrp_router.replaying.rows import Kept
from wrp_signals.facts import Reading

SPLIT = """\
routes:
  - {name: maths, when: 'category', use: {kind: static, pools: [large]}}
  - {name: rest, use: {kind: static, pools: [small]}}
"""
NONE = "no row of the log is left to judge by"
SMALL = "routes:\n  - {name: all, use: {kind: static, pools: [small]}}\n"
LARGE = "routes:\n  - {name: all, use: {kind: static, pools: [large]}}\n"


def marked(records: list[Any]) -> list[Any]:
    """The category as the keyword signal of the configuration would have said it."""
    found = []
    for record in records:
        if isinstance(record, Row) and "category" in record.facts.readings:
            readings = {"category": Reading(record.facts.readings["category"].value == "math")}
            record = msgspec.structs.replace(record, facts=msgspec.structs.replace(record.facts, readings=readings))
        found.append(record)
    return found


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """Arguments: a log of two thousand requests that were weighted 70 to 30, and the configuration that made it."""
    now = tmp_path / "now.yaml"
    now.write_text(text())
    return ("replay", "--log", written(tmp_path / "log.jsonl", marked(world(2000))), "-c", str(now))


def made(tmp_path: Path, routes: str, name: str = "new.yaml") -> str:
    path = tmp_path / name
    path.write_text(routes)
    return str(path)


@pytest.mark.parametrize(
    ("routes", "more", "code", "word"),
    [
        (SPLIT, (), 0, "better"),
        ("routes:\n" + WEIGHTED, ("--margin", "0.05"), 0, "no worse"),
        (SMALL, (), 1, "worse"),
        (SPLIT, ("--max-cost-change", "5%"), 1, "guardrail broken"),
        (LARGE, ("--max-latency-change", "0.1"), 1, "guardrail broken"),
        ("routes:\n" + WEIGHTED, ("--margin", "0"), 3, "undecided"),
        (SPLIT, ("--least-ess", "5000"), 3, "none"),
    ],
)
def test_exit_status(
    wrp: Wrp, files: tuple[str, ...], tmp_path: Path, routes: str, more: tuple[str, ...], code: int, word: str
):
    """For a pipeline: 0 better or no worse, 1 worse or too dear, 3 not known."""
    found, out, err = wrp(*files, "--policy", made(tmp_path, routes), "--json", *more)
    assert (found, json.loads(out)["verdict"]["word"], err) == (code, word, "")


def test_json(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Every estimator of every measure, with both ends of its interval."""
    _, out, _ = wrp(*files, "--policy", made(tmp_path, SPLIT), "--json", "--by", "route", "--estimator", "snips")
    told = json.loads(out)
    assert told["n"] == 2000
    for measure in ("quality", "cost", "seconds", "failed"):
        for name in ("ips", "clipped_ips", "snips", "dm", "dr", "dros"):
            change = told["measures"][measure]["change"][name]
            assert change["low"] <= change["value"] <= change["high"]
    assert set(told["parts"]) == {"all"}
    assert told["seconds"]["p95"]["change"]["value"] > 0


def test_lines_for_people(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """A table of estimators, one of the rest, groups, and the conclusion last but for warnings."""
    policy = made(tmp_path, SPLIT)
    code, out, _ = wrp(*files, "--policy", policy, "--by", "category")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "2000 decisions, 2000 of them judged"
    assert lines[1].startswith("first choices: large ")
    assert [line.split()[0] for line in lines if line.startswith(("*", " "))][:2] == ["ips", "clipped_ips"]
    for words in ("*dr", "US$ per 1,000 requests", "seconds, p95", "by category", "\nbetter: quality is better by"):
        assert words in out
    assert lines[-1].startswith("warning: large would get")


def test_the_candidate_as_a_whole_file(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Then the configuration of now need not be named."""
    whole = made(tmp_path, text(SPLIT.removeprefix("routes:\n")))
    code, out, _ = wrp(*files[:3], "--policy", whole)
    assert code == 0
    assert "differs in" not in out
    balanced = made(tmp_path, text(SPLIT.removeprefix("routes:\n")).replace("8001]", "8001], balance: {kind: p2c}"))
    code, out, _ = wrp(*files, "--policy", balanced)
    assert code == 0
    assert f"--trace {files[2]} --pool small --policy adaptive,p2c" in out


def test_the_simulation_that_is_named_works(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """The command line of the warning is one of ours."""
    balanced = made(tmp_path, text().replace("8001]", "8001, http://127.0.0.1:8009], balance: {kind: p2c}"))
    _, out, _ = wrp(*files, "--policy", balanced, "--margin", "0.5")
    command = next(line for line in out.splitlines() if "wrp simulate" in line).partition("try wrp ")[2].split()
    code, out, err = wrp(*command, "--seeds", "1", "--take", "50")
    assert (code, err) == (0, "")
    assert "p2c" in out


def test_logs_in_several_files(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Plain and gzipped, in any order; what one file says of another's rows counts."""
    records = marked(world(1000))
    rows, said = (
        [one for one in records if hasattr(one, "facts")],
        [one for one in records if not hasattr(one, "facts")],
    )
    packed = tmp_path / "old.jsonl.gz"
    packed.write_bytes(gzip.compress(Path(written(tmp_path / "rows", rows)).read_bytes()))
    later = written(tmp_path / "later.jsonl", said)
    policy = made(tmp_path, SPLIT)
    code, out, _ = wrp("replay", "--log", later, str(packed), "-c", files[4], "--policy", policy)
    assert (code, out.splitlines()[0]) == (0, "1000 decisions, 1000 of them judged")


def test_no_overlap(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """A pool that was never asked, a route that has no rows: no conclusion, and what to do."""
    log = written(tmp_path / "fixed.jsonl", [row(number, "small") for number in range(100)])
    code, out, _ = wrp("replay", "--log", log, "-c", files[4], "--policy", made(tmp_path, LARGE))
    assert (code, out.startswith("no conclusion: large: never in this log")) == (3, True)
    code, out, _ = wrp(*files, "--policy", made(tmp_path, LARGE), "--route", "none", "--json")
    assert (code, json.loads(out)["verdict"]["reasons"]) == (3, [f"{NONE} (2000 of another route)"])


def test_a_canary(wrp: Wrp, files: tuple[str, ...]):
    """Promote, roll back, hold."""
    code, out, _ = wrp(*files[:3], "--canary", "large")
    assert (code, out.splitlines()[-1].startswith("promote: quality: worse by 0 at most")) == (0, True)
    code, out, _ = wrp(*files[:3], "--canary", "small", "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "roll_back")
    code, out, _ = wrp(*files[:3], "--canary", "large", "--least-ess", "9000", "--max-cost-change", "20")
    assert (code, "\nhold: as much as" in out) == (3, True)
    code, out, _ = wrp(*files[:3], "--canary", "new")
    assert (code, out.startswith("no conclusion: chance never decided")) == (3, True)


def test_learning_and_shadow_are_told_of(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """How many rows a candidate learned from, and how often a shadow differed."""
    records = [row(number, "small", shadow="large" if number % 4 else "small") for number in range(100)]
    log = written(tmp_path / "shadow.jsonl", records)
    _, out, _ = wrp("replay", "--log", log, "-c", files[4], "--policy", made(tmp_path, SMALL))
    assert "shadow: of 100 rows that had one, it would have chosen another pool in 75.0%" in out
    _, out, _ = wrp(*files, "--policy", made(tmp_path, "routes:\n" + WEIGHTED), "--learn")
    learned = next(line for line in out.splitlines() if line.startswith("the candidate learned"))
    assert 500 < int(learned.split()[4]) < 700


def test_a_chart(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Beside the table."""
    chart = tmp_path / "chart.svg"
    assert wrp(*files, "--policy", made(tmp_path, SPLIT), "--plot", str(chart))[0] == 0
    assert "clipped_ips" in chart.read_text()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--policy", "absent.yaml"), "absent.yaml"),
        (("--policy", "NOW", "--least-ess", "5"), "--least-ess 5: 20 effective rows"),
        (("--policy", "NOW", "--plot", "chart.txt"), "a chart's name ends in"),
        (("--canary", "large", "--plot", "chart.svg"), "not with --canary"),
        (("--policy", "NOW", "--log", "absent.jsonl"), "absent.jsonl"),
        (("--policy", "NOW", "--log", "NOW"), "now.yaml:1: "),
        (("--canary", "large", "--policy", "NOW"), "not allowed with"),
        (("--policy", "NOW", "--max-cost-change", "-2"), "not a change such as 0.05"),
        ((), "--policy --canary is required"),
    ],
)
def test_used_wrongly(wrp: Wrp, files: tuple[str, ...], more: tuple[str, ...], said: str):
    """Is 2, which is neither better nor worse, and says what to do instead."""
    code, out, err = wrp(*files, *(files[4] if one == "NOW" else one for one in more))
    assert (code, out) == (2, "")
    assert said in err


def test_routes_alone_need_the_rest(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Which is said."""
    code, _, err = wrp(*files[:3], "--policy", made(tmp_path, SPLIT))
    assert (code, "routes alone need the rest of the configuration: -c FILE" in err) == (2, True)


class Seeing(Looking, frozen=True, tag="seeing"):
    """A kind whose policy looks at what was asked."""


def test_tiers_that_policies_look_at():
    """Only those are loaded; `auto` is the one that the log has."""
    plain = config()
    assert materials_of(plain, Kept((), {})).embedders() == {}
    seeing = RouteConfig("all", Seeing(pools=("small",), tier="static"))  # type: ignore[arg-type]
    looking = msgspec.structs.replace(plain, routes=(seeing,))
    for tier in ("static", "model"):
        (example,) = kept([row(1, "small", vectors={tier: b"00"})]).examples
        materials = materials_of(looking, Kept((example,), {}))
        assert (materials.prefer, set(materials.embedders())) == (tier, {"static"})


def test_by_tenant(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Or by a signal, but by none that no row has: that is a name written wrongly."""
    policy = made(tmp_path, SPLIT)
    assert set(json.loads(wrp(*files, "--policy", policy, "--json", "--by", "tenant")[1])["parts"]) == {"local"}
    by = json.loads(wrp(*files, "--policy", policy, "--json", "--by", "category")[1])["parts"]
    assert set(by) == {"True", "False"}
    code, _, err = wrp(*files, "--policy", policy, "--by", "absent")
    assert (code, err) == (2, "wrp: --by absent: no row of the log has that; there are: category, route, tenant\n")


def test_what_is_no_log(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """A trace of others, a folder, nothing: which file, and what of it."""
    policy = made(tmp_path, SPLIT)
    trace = made(tmp_path, '{"timestamp": 27, "input_length": 6955, "hash_ids": [46]}\n', "trace.jsonl")
    for log, said in (
        (trace, f"{trace}:1: not a line of a decision log: Object missing required field `time`"),
        (str(tmp_path), f"{tmp_path}: Is a directory"),
        (f"{tmp_path}/none", f"{tmp_path}/none: No such file or directory"),
    ):
        assert wrp("replay", "--log", log, "-c", files[4], "--policy", policy) == (2, "", f"wrp: {said}\n")
