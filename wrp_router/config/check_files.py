"""Files that routes and signals name, and logs. It looks whether the first are there, and the others can be written;
whether what is there is good is known once it is read, which takes a moment: `wrp check --costs`, `wrp test`."""

from __future__ import annotations

import os
from collections.abc import Iterator

from .checked import Checked
from .problems import shown

NAMING = ("card", "head", "prior", "rubric", "thresholds")
"""Fields that hold the name of a file, of whatever a route or a signal is made of."""


def there(checked: Checked) -> None:
    """As warnings: the file may well be on the machine that serves, and not on the one that checks."""
    for part in _parts(checked):
        for field in NAMING:
            name = getattr(part, field, None)
            if isinstance(name, str) and not os.path.isfile(name):
                checked.problems.add(checked.at(part, field), "W012", f"there is no file {shown(name)} here")


def written(checked: Checked) -> None:
    """As warnings: a router that cannot write its logs serves all the same, and the user who serves may be another."""
    log = checked.config.log
    for field, name, makes_folders in (("decisions", log.decisions, True), ("audit", log.audit, False)):
        if name is not None and (why := unwritable(name, makes_folders=makes_folders)):
            checked.problems.add(checked.at(log, field), "W017", f"{shown(name)} cannot be written here: {why}")


def unwritable(name: str, *, makes_folders: bool) -> str:
    """Why a file could not be made or appended to; empty where it could. Nothing is made by looking. `makes_folders`:
    whoever writes makes those that are missing."""
    if os.path.isdir(name):
        return "it is a folder"
    if os.path.exists(name):
        return "" if os.access(name, os.R_OK | os.W_OK) else "this user may not, or the file system is read-only"
    folder = os.path.dirname(os.path.abspath(name))
    while makes_folders and not os.path.exists(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder):
        return f"{folder} is no folder" if os.path.exists(folder) else f"there is no folder {folder}"
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"this user may not make files in {folder}"


def _parts(checked: Checked) -> Iterator[object]:
    """Signals, and policies with the policies and verifiers inside of them."""
    waiting: list[object] = [*checked.config.signals.values(), *[route.use for route in checked.config.routes]]
    while waiting:
        part = waiting.pop()
        yield part
        inside = [getattr(part, name, None) for name in ("use", "shadow", "accept")]
        waiting += [*[one for one in inside if one is not None], *getattr(part, "of", ())]
