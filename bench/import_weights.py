"""What each package adds to the resident memory of this interpreter while MODULE is imported: JSON, in MB.

`python bench/import_weights.py MODULE`. A module's own share is what came while it was carried out, less what came with
the modules that it imported. The allocator takes memory by the megabyte, so single modules say little and packages
much. `all` is the whole, `interpreter` what was there before.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from types import ModuleType
from typing import Any

PAGE = os.sysconf("SC_PAGE_SIZE")
OURS = "wrp_"


def resident() -> int:
    """Bytes."""
    with open("/proc/self/statm", "rb", buffering=0) as file:
        return int(file.read(100).split()[1]) * PAGE


class Scales:
    """Weighs what loaders do."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self._within = [0]

    def put_below(self, loader: type, method: str) -> None:
        """Weigh this method of a loader from now on."""
        load: Callable[..., Any] = getattr(loader, method)

        def weighed(self_: Any, of: Any) -> Any:
            before = resident()
            self._within.append(0)
            try:
                return load(self_, of)
            finally:
                added = resident() - before
                self.own[package(of.__name__ if isinstance(of, ModuleType) else of.name)] += added - self._within.pop()
                self._within[-1] += added

        setattr(loader, method, weighed)


def package(module: str) -> str:
    """The outermost; of ours, the one below it."""
    names = module.split(".")
    if names[0] in sys.stdlib_module_names:
        return "standard library"
    return ".".join(names[: 2 if names[0].startswith(OURS) else 1])


def main() -> None:
    scales, before = Scales(), resident()
    scales.put_below(SourceFileLoader, "exec_module")
    scales.put_below(ExtensionFileLoader, "create_module")
    scales.put_below(ExtensionFileLoader, "exec_module")
    import_module(sys.argv[1])
    found = {"all": resident(), "interpreter": before, **scales.own}
    print(json.dumps({name: size / 1e6 for name, size in found.items()}))


if __name__ == "__main__":
    main()
