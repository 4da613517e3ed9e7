"""What `wrp simulate` may be told. Light on purpose, as all options are."""

from __future__ import annotations

import argparse

from .file_options import configuration
from .numbers import count, rates, seconds, whole


def simulate(command: argparse.ArgumentParser) -> None:
    configuration(command, "the configuration (YAML) with the pool")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--trace", metavar="FILE", help="arrivals: Mooncake, Azure, or our own decision log")
    source.add_argument("--synthetic", choices=["toolagent", "hot"], help="made-up arrivals instead")
    number = command.add_argument
    number("--pool", metavar="NAME", help="which pool (default: the first)")
    number("--policy", metavar="KIND", action="append", help="a balancing policy to try; may be given several times")
    number("--qps", metavar="RATE", type=rates, help="requests a second, several by commas (default: as recorded)")
    number("--servers", metavar="N", type=count, help="how many servers (default: as configured)")
    number(
        "--hardware",
        metavar="NAME",
        help="what a server is; several by commas are servers' in turn (default: the pool's `hardware.gpu`)",
    )
    number("--routers", metavar="N", type=count, default=1, help="routers that share the servers (default: 1)")
    number("--sync", metavar="S", type=seconds, default=0.0, help="seconds between their reports (default: 0, exact)")
    number("--seeds", metavar="N", type=count, default=3, help="trials of each policy, the same for all (default: 3)")
    number("--slo", metavar="S", type=seconds, default=5.0, help="seconds for a first token (default: 5)")
    number("--take", metavar="N", type=count, default=0, help="only the first N requests (made-up arrivals: 4000)")
    number("--skip", metavar="N", type=whole, default=0, help="requests that warm up and are not counted (default: 0)")
    number("--cut", metavar="TOKENS", type=whole, default=0, help="cut longer prompts")
    number("--spread", metavar="S", type=seconds, help="width of the trace's time stamps (default: detected; 0: none)")
    orders = ["fifo", "shortest", "deadline", "fair", "none"]
    number("--queue", choices=orders, help="lines before servers, in this order (default: as configured)")
    wait = "seconds after which a request without a first token is given up (default: 30; inf: never)"
    number("--patience", metavar="S", type=seconds, default=30.0, help=wait)
    number(
        "--change",
        metavar="WHAT@S",
        action="append",
        default=[],
        help="join@60, leave:3@60, die:3@60, back:3@90, slow:3:5@60",
    )
    number("--plot", metavar="FILE", help="draw attainment over rates (.png, .svg)")
