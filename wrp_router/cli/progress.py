"""How far a long command is: a bar on a terminal's standard error, and nothing anywhere else."""

from __future__ import annotations

import sys
from typing import TextIO

WIDTH = 30


class Bar:
    """Called with what is being done and the share of it that is; draws when a whole percent more is done."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shows = self._stream.isatty()
        self._drawn = ("", -1)

    def __call__(self, stage: str, share: float) -> None:
        percent = int(100 * min(1.0, max(0.0, share)))
        if not self._shows or (stage, percent) == self._drawn:
            return
        before = self._drawn[0]
        self._drawn = (stage, percent)
        begun = "\n" if before not in ("", stage) else ""
        full = "#" * (WIDTH * percent // 100)
        self._stream.write(f"{begun}\r\x1b[K{stage}  [{full:.<{WIDTH}}] {percent:3d} %")
        self._stream.flush()

    def end(self) -> None:
        """Leaves the line, if anything was drawn."""
        if self._drawn[0]:
            self._stream.write("\n")
            self._drawn = ("", -1)
