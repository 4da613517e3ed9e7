"""A copy of this checkout with the modules compiled that run for every request: for tests and measurements of both.

    python scripts/compiled.py build/compiled      then, in there: python -m pytest

Beside the sources they would hide every later change of them. Git's list says what is copied.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hatch_build import compiled, modules_of

ROOT = Path(__file__).parents[1]
FOLDERS = {"wrp_policies": "policies", "wrp_signals": "signals", "wrp_cache": "cache"}
"""Where packages are that are not at the root."""


def copy(into: Path) -> None:
    """The files that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="is made anew")
    folder: Path = parser.parse_args(argv).folder.resolve()
    if folder.exists() and not (folder / "hatch_build.py").is_file() and any(folder.iterdir()):
        parser.error(f"{folder} holds something else: name a new folder")
    shutil.rmtree(folder, ignore_errors=True)
    copy(folder)
    libraries = folder / ".libraries"
    try:
        made = compiled(folder, libraries)
    except subprocess.CalledProcessError:
        print("mypyc did not compile it: what it said is above", file=sys.stderr)
        return 1
    for path in made:
        place = path.relative_to(libraries)
        path.replace(folder / FOLDERS.get(place.parts[0], "") / place)
    shutil.rmtree(libraries)
    print(f"{len(modules_of(folder))} modules compiled in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
