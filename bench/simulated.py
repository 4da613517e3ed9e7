"""Requests of the simulator, one after the other: what bench/instructions.py counts of it.

`python bench/simulated.py simulated REQUESTS` plays a trace that was made before to 16 servers under `round_robin`,
with prefill and decode, as `bench/pools.py speed` does.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # behind a checkout that somebody names

from bench.pools_scenes import SERVER, policy
from wrp_router.cli.garbage import seldom
from wrp_router.sim.traces import Shape, synthetic
from wrp_router.sim.trial import Setting, Trial

ROWS = ("simulated",)
MOST = 4_000
"""The trace is as long whatever is asked for, so that making it falls out of a difference."""

SHAPE = Shape(rate=14.0)


def main(argv: list[str]) -> int:
    _, count = argv
    arrivals = list(SHAPE.of(synthetic(0, MOST)))[: int(count)]
    trial = Trial(Setting((SERVER,) * 16, 512), policy("round_robin"), 0)
    with seldom():
        return 0 if len(trial.run(arrivals)) == len(arrivals) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
