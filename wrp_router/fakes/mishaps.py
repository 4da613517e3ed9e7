"""Which faults strike a request: its own (header `x-fake`, or `x_fake` in the body), or else the engine's."""

from __future__ import annotations

import random

import msgspec

from .faults import NO_FAULTS, Faults, from_json, parse
from .http1 import Request

_REMEMBERED = 10_000


class Mishaps:
    """`line` strikes every POST that brings no knobs of its own, `probes` every GET. The knobs `p` (how likely) and
    `times` (how often in all) are kept here, the count by the line they stand in; setting a line starts it anew."""

    def __init__(self, line: str, seed: int) -> None:
        self._rng = random.Random(seed)
        self._uses: dict[str, int] = {}
        self._line = self._probes = ""
        self.line = line

    @property
    def line(self) -> str:
        return self._line

    @line.setter
    def line(self, line: str) -> None:
        parse(line)  # whoever sets it hears of a mistake, not the request that meets it
        self._line = line
        self._uses.clear()

    @property
    def probes(self) -> str:
        return self._probes

    @probes.setter
    def probes(self, line: str) -> None:
        parse(line)
        self._probes = line
        self._uses.clear()

    def of(self, request: Request) -> Faults:
        """The faults of this request. Raises ValueError for knobs that are none."""
        line = request.headers.get("x-fake", "")
        if not line and b'"x_fake"' in request.body:
            return self._drawn(from_json(_field(request.body)), "x_fake")
        line = line or (self._line if request.method == "POST" else self._probes)
        return self._drawn(parse(line), line) if line else NO_FAULTS

    def _drawn(self, faults: Faults, line: str) -> Faults:
        if faults.p < 1.0 and self._rng.random() >= faults.p:
            return NO_FAULTS
        if faults.times:
            used = self._uses.get(line, 0)
            if used >= faults.times:
                return NO_FAULTS
            if len(self._uses) >= _REMEMBERED:
                self._uses.clear()
            self._uses[line] = used + 1
        return faults


def _field(body: bytes) -> object:
    try:
        decoded = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""  # the service refuses the body
    return decoded.get("x_fake", "") if isinstance(decoded, dict) else ""
