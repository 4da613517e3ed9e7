"""The report as lines."""

from __future__ import annotations

import numpy as np

from wrp_policies.training.report import report
from wrp_router.cli.routing_table import aligned, bracketed, lines, number, table


def told(score: float, **more: list[float]) -> dict[str, object]:
    draws = {"mean_score": np.array([score, score - 0.1, score + 0.1])}
    return report([draws | {name: np.array(values) for name, values in more.items()}])


def test_a_table_of_all():
    """The best last; a column only where somebody has a figure, and a dash for who has none."""
    rows = table({"good": told(0.8, apgr=[0.6, 0.5, 0.7]), "bad": told(0.25)})
    assert rows == [
        ["policy", "APGR", "score"],
        ["bad", "-", "0.250 [0.150, 0.350]"],
        ["good", "0.600 [0.500, 0.700]", "0.800 [0.700, 0.900]"],
    ]
    assert aligned(rows)[1] == "bad     -                     0.250 [0.150, 0.350]"


def test_what_was_judged_comes_first():
    """Then the table, or one policy's figures and what it has over its rival."""
    head = {"n": 3, "models": ["a", "b"], "embedders": {"static": "table-1"}}
    text = "\n".join(lines({**head, "policies": {"x": told(0.5)}}))
    assert text.startswith("n                          3\nmodels                     a, b\nembedders ")
    assert text.endswith("\n\npolicy  score\nx       0.500 [0.400, 0.600]")
    rival = {"policy": "knn", "apgr": {"difference": 0.02, "interval": [0.01, None]}, "aiq": {"difference": None}}
    one = lines({**head, "embedders": {}, "policy": "x", **told(0.5), "against": rival})
    assert one[2:4] == ["policy                     x", ""]
    assert "mean_score                 0.500 [0.400, 0.600]" in one
    assert one[-1] == "apgr                       +0.020 [0.010, ] beside knn"


def test_numbers():
    """Scores to three decimals, US$ to three digits; where there is no interval nothing stands."""
    assert number("mean_score", -0.00001) == "-0.000"
    assert number("mean_cost", 0.000123456) == "0.000123"
    assert bracketed("apgr", None) == ""
