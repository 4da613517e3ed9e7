"""`wrp simulate` before servers with roles."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Wrp
from tests.cli.simulating import told

FILE = str(Path(__file__).parents[2] / "configs" / "prefill-and-decode.yaml")
ASKED = (
    "simulate",
    FILE,
    "--pool",
    "documents",
    "--synthetic",
    "toolagent",
    "--take",
    "80",
    "--qps",
    "4",
    "--seeds",
    "1",
)


def test_the_pools_own_policy_divides(wrp: Wrp):
    """Beside others, that have all of its servers do both: their tokens wait for prompts."""
    found = told(wrp, *ASKED, "--policy", "adaptive,disaggregated")["policies"]
    assert {one["failed"] for one in found.values()} == {0}
    assert found["disaggregated"]["tpot_s"]["p99"] < found["adaptive"]["tpot_s"]["p99"]


def test_other_servers_have_no_roles(wrp: Wrp):
    """With `--servers` all are alike, and may come and go; with roles they may not."""
    assert told(wrp, *ASKED, "--servers", "3")["servers"] == 3
    code, _, err = wrp(*ASKED, "--change", "join@1")
    assert (code, "servers with roles do not change" in err) == (1, True)
