"""`wrp` with a window in it: `soak_inside.py SOCKET serve -c FILE` is `wrp serve -c FILE` in whose process a thread
says what the process holds, to whoever connects to SOCKET: tasks, objects by type, and containers by where they hang.

Nothing of the router is changed. Python's collector keeps what was there at the start apart (`cli/garbage.py`), so
containers are looked for from the modules and the frames on, by what refers to what.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
import threading
from array import array
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

LEAST = 64
"""Containers with fewer elements are left to the counts by type."""

HOLDING = (dict, set, list, deque, OrderedDict, Counter, bytearray, array)
OURS = ("wrp_router", "wrp_policies", "wrp_signals", "wrp_cache")
STEPS = 12


def census() -> dict[str, Any]:
    """{"tasks": number, "types": {name: objects}, "containers": {where: elements}}. Takes a second or so."""
    types = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
    tasks = running()
    found = containers([*ours(), *tasks])
    return {"tasks": len(tasks), "types": dict(types.most_common(60)), "containers": dict(found.most_common(80))}


def running() -> set[asyncio.Task[Any]]:
    """The tasks of the loop that the main thread runs."""
    frame: FrameType | None = sys._current_frames()[threading.main_thread().ident or 0]
    while frame is not None:
        for one in frame.f_locals.values():
            if isinstance(one, asyncio.Runner):
                return asyncio.all_tasks(one.get_loop())
        frame = frame.f_back
    return set()


def ours() -> list[Any]:
    """Our modules."""
    return [one for name, one in list(sys.modules.items()) if name.startswith(OURS)]


def containers(roots: Sequence[Any], least: int = LEAST) -> Counter[str]:
    """Elements of containers with so many at least that can be reached from `roots`, by the attributes of our classes,
    or the modules, that they hang from."""
    parents: dict[int, Any] = {id(one): None for one in roots}
    found: Counter[str] = Counter()
    waiting = deque(roots)
    while waiting:
        holder = waiting.popleft()
        others = holder.__globals__ if isinstance(holder, FunctionType) else None  # of its module, not of its own
        for one in gc.get_referents(holder):
            if one is others or id(one) in parents or isinstance(one, type | str | bytes | int | float):
                continue
            parents[id(one)] = holder
            if isinstance(one, ModuleType) and not one.__name__.startswith(OURS):
                continue
            waiting.append(one)
            if isinstance(one, HOLDING) and len(one) >= least:
                found[_where(one, parents)] += len(one)
    return found


def _where(one: Any, parents: Mapping[int, Any]) -> str:
    """Its nearest holder that is ours, and what it is called there."""
    way = [one]
    while len(way) < STEPS and (holder := parents.get(id(way[-1]))) is not None:
        if isinstance(holder, ModuleType) or type(holder).__module__.split(".")[0] in OURS:
            owner = holder.__name__ if isinstance(holder, ModuleType) else type(holder).__qualname__
            name, deeper = _name(holder, way)
            return f"{owner}.{name}{'[...]' * deeper}"
        way.append(holder)
    return f"a {type(one).__name__}"


def _name(holder: Any, way: Sequence[Any]) -> tuple[str, bool]:
    """The attribute that the way leaves `holder` by, and whether it goes on from there."""
    for name, value in _attributes(holder):
        if value is way[-1] or (len(way) > 1 and value is way[-2]):
            return name, value is not way[0]
    return "?", len(way) > 1


def _attributes(holder: Any) -> Iterator[tuple[str, Any]]:
    yield from list(getattr(holder, "__dict__", {}).items())
    for kind in type(holder).__mro__:
        slots = getattr(kind, "__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            plain = f"_{kind.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
            yield name, getattr(holder, plain, None)


def window(path: str) -> None:
    """Answers whoever connects, one at a time, for ever."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(1)
        while True:
            with listening.accept()[0] as asking:
                asking.sendall(json.dumps(census()).encode())


def look(path: str, patience: float = 120.0) -> dict[str, Any]:
    """What the process behind the window holds."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(patience)
        asking.connect(path)
        parts = list(iter(lambda: asking.recv(1 << 16), b""))
    found: dict[str, Any] = json.loads(b"".join(parts))
    return found


if __name__ == "__main__":
    from wrp_router.cli import main

    threading.Thread(target=window, args=(sys.argv[1],), daemon=True).start()
    sys.exit(main(sys.argv[2:]))
