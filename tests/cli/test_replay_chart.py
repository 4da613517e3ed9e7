"""The chart of `wrp replay`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replaying.makers import row, world
from tests.replaying.test_report import judged, kept
from wrp_router.cli.candidate import Unusable
from wrp_router.cli.replay_chart import draw


def test_the_same_figures_the_same_bytes(tmp_path: Path):
    """With both changes, every estimator named once."""
    measures = judged(kept(world(300))).measures
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    draw(measures, str(one))
    draw(measures, str(two))
    assert one.read_bytes() == two.read_bytes()
    drawn = one.read_text()
    for words in ("change of quality", "change of cost", "switch_dr"):
        assert drawn.count(f">{words}") == 1
    assert drawn.index("ips</text>") < drawn.index("dros</text>")


def test_what_is_not_known_is_not_drawn(tmp_path: Path):
    """A log without judgements has no quality to draw; a name that is no chart's is refused."""
    silent = [row(n, "small", chances={"small": 0.5, "large": 0.5}, propensity=0.5) for n in range(30)]
    measures = judged(kept(silent)).measures
    draw(measures, str(tmp_path / "empty.svg"))
    full = tmp_path / "full.svg"
    draw(judged(kept(world(300))).measures, str(full))
    assert (tmp_path / "empty.svg").read_text().count("<use") < full.read_text().count("<use")
    with pytest.raises(Unusable, match="a chart's name ends in"):
        draw(measures, str(tmp_path / "chart.txt"))
