"""Trials of balancing policies: the very policies and the very fleet that run live, before modelled engines."""

from .clairvoyant import Clairvoyance
from .contest import Contest, bound, goodput
from .report import Report, by_window, mean, report
from .results import Results
from .setting import Change, Setting
from .trial import Contender, Policy, Trial

__all__ = [
    "Change",
    "Clairvoyance",
    "Contender",
    "Contest",
    "Policy",
    "Report",
    "Results",
    "Setting",
    "Trial",
    "bound",
    "by_window",
    "goodput",
    "mean",
    "report",
]
