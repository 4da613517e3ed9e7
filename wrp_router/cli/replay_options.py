"""What `wrp replay` may be told. Light on purpose, as all options are."""

from __future__ import annotations

import argparse

from .numbers import amount, change, share, whole

ESTIMATORS = ("dr", "sndr", "dros", "switch_dr", "snips", "ips", "clipped_ips", "dm")


def replay(command: argparse.ArgumentParser) -> None:
    option = command.add_argument
    logs = "decision logs, plain or gzipped; several, such as decisions.jsonl*, are one"
    option("--log", metavar="FILE", nargs="+", required=True, help=logs)
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--policy", metavar="FILE", help="the candidate: a configuration, or routes alone (with -c)")
    what.add_argument("--canary", metavar="POOL", help="should this pool, which got a share, get all? exit 0: yes")
    option("-c", "--config", metavar="FILE", help="the configuration that made the log: tells what else differs")
    option("--route", metavar="NAME", help="only rows of this route")
    option("--by", metavar="NAME", help="each value by itself: of a signal such as category, `route` or `tenant`")
    option("--margin", metavar="Q", type=amount, default=0.01, help="quality that may be lost (default: 0.01)")
    option("--estimator", choices=ESTIMATORS, default="dr", help="what the conclusion goes by (default: dr)")
    option("--level", metavar="P", type=share, default=0.95, help="of intervals (default: 0.95)")
    least = "effective rows that a conclusion takes, 20 or more (default: 20, of a canary 200)"
    option("--least-ess", metavar="N", type=whole, help=least)
    cost = "by what share the mean cost may grow, such as 0.05; `=-0.2`: it must fall by so much"
    option("--max-cost-change", metavar="P", type=change, help=cost)
    option("--max-latency-change", metavar="P", type=change, help="the same of the mean duration")
    learn = "let the candidate learn along the log, from rows in which chance did as it would have"
    option("--learn", action="store_true", help=learn)
    state = "begin with what policies had learned: a router's learned.file, better from before the log"
    option("--state", metavar="FILE", help=state)
    option("--seed", metavar="N", type=whole, default=0, help="of all that is left to chance (default: 0)")
    option("--plot", metavar="FILE", help="draw the change by every estimator (.png, .svg)")
