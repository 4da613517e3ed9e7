"""Charts of simulations, as files."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from wrp_router.cli.candidate import Unusable
from wrp_router.cli.charts import COLOURS, MARKS, attainment, ready


def run(rate: float, **shares: float) -> dict[str, Any]:
    """What `wrp simulate --json` has of one rate."""
    found = {
        name: {
            "attainment": share,
            "ttft_s": {"p50": None if name == "nobody" else 1.0 / share},
            "spread": {"attainment": [share * 0.9, share], "trials": 2},
        }
        for name, share in shares.items()
    }
    return {"qps": rate, "hit_bound": 0.5, "policies": found}


SEVERAL = [run(8.0, random=0.4, adaptive=0.8, clairvoyant=0.9), run(4.0, random=0.9, adaptive=0.99, clairvoyant=1.0)]
ONE = [run(4.25, random=0.5, nobody=0.8)]


def said(path: Path) -> str:
    """The words in an SVG."""
    return " | ".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text()))


def test_lines_over_rates(tmp_path: Path):
    """One for each policy, by name; axes say what they are, and in what."""
    path = tmp_path / "chart.svg"
    attainment(SEVERAL, str(path))
    words = said(path)
    for word in ("random", "adaptive", "clairvoyant", "policy", "offered rate, requests/s"):
        assert word in words
    assert "attainment: share of requests in time" in words


def test_bars_for_one_rate(tmp_path: Path):
    """Attainment and median time to the first token, with the figures; none where there is none."""
    path = tmp_path / "chart.svg"
    attainment(ONE, str(path))
    words = said(path)
    for word in ("random", "nobody", "0.500", "0.800", "none", "4.25 requests/s"):
        assert word in words
    assert "median time to the first token, s" in words
    assert "attainment: share of requests in time" in words


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize("runs", [SEVERAL, ONE])
def test_the_same_figures_are_the_same_file(tmp_path: Path, kind: str, runs: list[dict[str, Any]]):
    """Byte by byte: no dates, no ids by chance."""
    files = [tmp_path / f"{n}.{kind}" for n in range(2)]
    for path in files:
        attainment(runs, str(path))
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_bytes()) > 2000


def test_the_order_of_rates_does_not_matter(tmp_path: Path):
    """Lines go from left to right."""
    attainment(SEVERAL, str(tmp_path / "one.svg"))
    attainment(SEVERAL[::-1], str(tmp_path / "other.svg"))
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_whoever_draws_leaves_no_trace(tmp_path: Path):
    """The settings of the process are as they were."""
    import matplotlib

    before = dict(matplotlib.rcParams)
    attainment(ONE, str(tmp_path / "chart.PNG"))
    assert dict(matplotlib.rcParams) == before


def test_many_policies_are_told_apart(tmp_path: Path):
    """More than there are colours, too: by their marks."""
    names = {f"policy{n}": 0.5 for n in range(len(COLOURS) + 3)}
    attainment([run(1.0, **names), run(2.0, **names)], str(tmp_path / "chart.svg"))
    assert len({(COLOURS[n % len(COLOURS)], MARKS[n % len(MARKS)]) for n in range(len(names))}) == len(names)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("chart", "a chart's name ends in .png, .svg or .pdf"),
        ("chart.gif", "a chart's name ends in"),
        ("none/chart.png", "there is no such folder"),
    ],
)
def test_where_no_chart_can_be(tmp_path: Path, name: str, why: str):
    """Known before anything is drawn."""
    with pytest.raises(Unusable, match=why):
        ready(str(tmp_path / name))


def test_a_file_that_cannot_be_written(tmp_path: Path):
    """Is told as it is."""
    (tmp_path / "chart.png").mkdir()
    with pytest.raises(Unusable, match="Is a directory"):
        attainment(ONE, str(tmp_path / "chart.png"))


def test_matplotlib_is_an_extra(tmp_path: Path, monkeypatch):
    """Without it: what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(Unusable) as raised:
        attainment(ONE, str(tmp_path / "chart.png"))
    assert str(raised.value) == "--plot needs matplotlib: pip install 'wrp-router[plot]'"
