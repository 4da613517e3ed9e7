"""Makes .venv-openai1, where the conformance tests find the OpenAI SDK of version 1: two majors do not fit into one
environment. Does nothing where it already stands."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).parent.parent / ".venv-openai1"
PYTHON = HOME / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def works() -> bool:
    """Whether the SDK can be imported there."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import openai"], capture_output=True, check=False).returncode == 0


def main() -> int:
    """The exit status of what was run."""
    if works():
        return 0
    venv.create(HOME, with_pip=True, clear=True)
    return subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "openai<2"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
