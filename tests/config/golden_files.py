"""The broken configurations, and what is said of them. Run as a program, it writes down what is said now."""

from __future__ import annotations

from pathlib import Path

from wrp_router.config import Loaded, loads, render

GOLDEN = Path(__file__).parent / "golden"
BROKEN = sorted(GOLDEN.glob("broken_*.yaml"))
ENV = {"EMPTY": "", "SET": "value"}


class Folder:
    """Files below one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def config(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def secret(self, path: str) -> str:
        return (self._root / path).read_text()


def loaded(file: Path) -> Loaded:
    """The file as if it lay in the working directory, so that what is said does not depend on where it lies."""
    return loads(file.read_text(), file.name, ENV, Folder(file.parent))


def said_of(file: Path) -> str:
    result = loaded(file)
    return render(result.problems, result.sources)


if __name__ == "__main__":
    for broken in BROKEN:
        broken.with_suffix(".txt").write_text(said_of(broken))
