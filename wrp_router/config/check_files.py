"""Files that routes and signals name. It looks whether they are there; whether they are good is known once they are
read, which takes a moment: `wrp check --costs`, `wrp test`."""

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


def _parts(checked: Checked) -> Iterator[object]:
    """Signals, and policies with the policies and verifiers inside of them."""
    waiting: list[object] = [*checked.config.signals.values(), *[route.use for route in checked.config.routes]]
    while waiting:
        part = waiting.pop()
        yield part
        inside = [getattr(part, name, None) for name in ("use", "shadow", "accept")]
        waiting += [*[one for one in inside if one is not None], *getattr(part, "of", ())]
