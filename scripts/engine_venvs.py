"""Makes the environments of engines that are not ours, where tests/engines finds them.

    python scripts/engine_venvs.py [llamacpp] [transformers]

`.venv-engine-llamacpp`: llama-cpp-python's server, built from its source: needs cmake and a C++ compiler, and some
minutes. `.venv-engine-transformers`: `transformers serve`, with torch for the CPU where the index has that: 1.2 GB.
Weights come from no hub: tiny_llama.py and tiny_gguf.py, which run there, draw them. Does nothing where all stands.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
WANTED: Mapping[str, tuple[str, Sequence[str]]] = {
    "llamacpp": ("import llama_cpp.server.app, gguf", ("llama-cpp-python[server]==0.3.36", "gguf==0.19.0")),
    "transformers": ("import torch, transformers, fastapi", ("torch==2.13.0", "transformers[serving]==5.23.0")),
}
"""What tells that an engine is there, and what pip is asked for."""


def python_of(engine: str, root: Path = ROOT) -> Path:
    """The interpreter of its environment."""
    home = root / f".venv-engine-{engine}"
    return home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def works(engine: str, root: Path = ROOT) -> bool:
    """Whether it can be imported there."""
    python = python_of(engine, root)
    return python.exists() and not subprocess.run([python, "-c", WANTED[engine][0]], capture_output=True).returncode


def made(engine: str) -> bool:
    """Whether it stands there now."""
    if works(engine):
        return True
    python = python_of(engine)
    venv.create(python.parents[1], with_pip=True, clear=True)
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *WANTED[engine][1]], check=False)
    return not done.returncode and works(engine)


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where one of those that were named (all, without names) could not be made."""
    chosen = list(sys.argv[1:] if arguments is None else arguments) or list(WANTED)
    if strange := [engine for engine in chosen if engine not in WANTED]:
        print(f"there is no {strange[0]}; there are {', '.join(WANTED)}", file=sys.stderr)
        return 2
    return 0 if all([made(engine) for engine in chosen]) else 1


if __name__ == "__main__":
    sys.exit(main())
