"""Every package that an installation takes, by version and by the hashes of its files, and what is told of them.

    make lock    writes locks/core.txt, what `pip install wrp-router` takes, and locks/extras.txt, that with the extras
                 for serving and training; for every platform and Python from 3.11 on
    make sbom    writes dist/core.cdx.json and dist/extras.cdx.json: the same in CycloneDX, for those who check it

By uv and cyclonedx-bom, in an environment of their own (`.venv-locks`). Without `export` and `sentence-transformers`:
torch is installed as the machine wants it. Installing by a lock:

    pip install --require-hashes -r locks/core.txt && pip install --no-deps wrp-router
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME, LOCKS, DIST = ROOT / ".venv-locks", ROOT / "locks", ROOT / "dist"
BIN = HOME / ("Scripts" if sys.platform == "win32" else "bin")
TOOLS = ("uv==0.13.9", "cyclonedx-bom==7.5.0")
EXTRAS = ("model", "hnsw", "redis", "otel", "train", "plot")
HEAD = "# Written by `make lock`. What is installed by this is checked: pip install --require-hashes -r locks/{name}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the locks, or with `sbom` what they hold. The exit status."""
    if not (BIN / "uv").exists():
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([BIN / "python", "-m", "pip", "install", "--quiet", *TOOLS], check=True)
    if "sbom" in (sys.argv[1:] if arguments is None else arguments):
        DIST.mkdir(exist_ok=True)
        for name in ("core", "extras"):
            tell(name, DIST / f"{name}.cdx.json")
        return 0
    LOCKS.mkdir(exist_ok=True)
    lock("core.txt")
    lock("extras.txt", *[word for extra in EXTRAS for word in ("--extra", extra)])
    return 0


def lock(name: str, *options: str) -> None:
    """What is pinned already stays where it still fits; `uv` is asked for nothing newer."""
    path = LOCKS / name
    how = ["--generate-hashes", "--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"]
    run([BIN / "uv", "pip", "compile", "pyproject.toml", *how, *options, "--output-file", path])
    path.write_text(HEAD.format(name=name) + path.read_text().removeprefix(HEAD.format(name=name)))


def tell(name: str, out: Path) -> None:
    """The SBOM of a lock; the same from the same lock."""
    how = ["--output-reproducible", "--pyproject", "pyproject.toml", "--mc-type", "application", "--of", "JSON"]
    run([BIN / "cyclonedx-py", "requirements", LOCKS / f"{name}.txt", *how, "--output-file", out])


def run(command: Sequence[str | Path]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
