"""What a candidate knows before the first row of a log: what policies of its kind learned, from a `learned.file`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from wrp_router.config.structs import Config
from wrp_router.live.remembering import Memories
from wrp_router.replaying.candidate import Candidate
from wrp_router.replaying.rows import Example

from .candidate import Unusable


def taken_up(candidate: Candidate, config: Config, path: str, examples: Sequence[Example]) -> list[str]:
    """Has each route's policy take up what the file says of it; answers with what should be known of that. Raises
    Unusable where the file cannot be understood, or says nothing of any route; OSError."""
    try:
        memories = msgspec.json.decode(Path(path).read_bytes(), type=Memories)
    except msgspec.DecodeError as error:
        raise Unusable(f"{path} is not what a router keeps in learned.file: {error}") from None
    kinds = {route.name: str(route.use.__struct_config__.tag) for route in config.routes}
    found = []
    for lane in candidate.lanes:
        memory = memories.routes.get(lane.name)
        if memory is None or memory.kind != kinds.get(lane.name):
            continue
        try:
            lane.policy.restore(memory.state)
        except (msgspec.DecodeError, ValueError) as error:
            raise Unusable(f"{path}, of route {lane.name}: {error}") from None
        found.append(lane.name)
    if not found:
        held = ", ".join(f"{name} ({memory.kind})" for name, memory in memories.routes.items()) or "no route"
        raise Unusable(f"{path} knows {held}, and no route of the candidate by that name and kind")
    return _warned(path, found, examples)


def _warned(path: str, routes: Sequence[str], examples: Sequence[Example]) -> list[str]:
    """A file is as old as its last change."""
    first = min((example.time for example in examples), default=0.0)
    named = ", ".join(routes)
    if first < Path(path).stat().st_mtime:
        return [
            f"what {path} knows ({named}) may have been learned from these very rows, which then say too much good of "
            "it: take a copy from before the log begins"
        ]
    return []
