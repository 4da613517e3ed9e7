"""What an installation takes: MiB on disk, MB of files, packages, seconds from `pip install` to the first answer.

`python bench/install.py [--json FILE]` installs this tree into fresh virtual environments, without and with the extras,
and asks one question through `wrp serve --backend` before a fake engine. Writes bench/results/install.json.
"""

from __future__ import annotations

import argparse
import http.client
import json
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
EXTRAS = ("", "model", "otel")
ASK = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "hello"}]})


def mebibytes(folder: Path) -> float:
    """What the folder takes on the disk, as `du -sm` tells it."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*")) / 2**20


def megabytes(folder: Path) -> float:
    """What its files hold, without what the disk's blocks add to small ones."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def site_packages(python: Path) -> Path:
    out = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, check=True
    )
    return Path(out.stdout.decode().strip())


def installed(extra: str, folder: Path) -> dict[str, Any]:
    """One fresh environment; the sizes are what was added to it."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    place = site_packages(python)
    before, held, packages = mebibytes(place), megabytes(place), len(list(place.glob("*.dist-info")))
    started = time.perf_counter()
    what = f"{ROOT}[{extra}]" if extra else str(ROOT)
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", what], check=True)
    took = time.perf_counter() - started
    answered = first_answer(folder / "bin")
    return {
        "mib": round(mebibytes(place) - before, 1),
        "mb_of_files": round(megabytes(place) - held, 1),
        "packages": len(list(place.glob("*.dist-info"))) - packages,
        "install_s": round(took, 1),
        "start_to_first_answer_s": round(answered, 2),
        "install_to_first_answer_s": round(took + answered, 1),
    }


def first_answer(folder: Path) -> float:
    """Seconds from `wrp serve --backend` to an answer with status 200."""
    with ExitStack() as stack:
        engine = stack.enter_context(started_as(folder / "python", "-m", "wrp_router.fakes"))
        assert engine.stdout is not None
        url = engine.stdout.readline().strip()
        started = time.perf_counter()
        router = stack.enter_context(
            started_as(folder / "wrp", "serve", "--backend", url, "--listen", "127.0.0.1:0", errors=True)
        )
        assert router.stderr is not None
        found = next(filter(None, (re.search(r"http://127\.0\.0\.1:(\d+)/v1", line) for line in router.stderr)))
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=20)
        connection.request("POST", "/v1/chat/completions", ASK, {"content-type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return time.perf_counter() - started


@contextmanager
def started_as(*command: str | Path, errors: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process that is killed at the end of the block."""
    stderr = subprocess.PIPE if errors else None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=HERE / "results" / "install.json")
    options = parser.parse_args()
    table: dict[str, dict[str, Any]] = {}
    for extra in EXTRAS:
        with tempfile.TemporaryDirectory() as folder:
            table[f"wrp-router[{extra}]" if extra else "wrp-router"] = figures = installed(extra, Path(folder))
            print(f"{extra or 'core':10}" + "".join(f"  {name} {value}" for name, value in figures.items()))
    machine = {"cpu": platform.processor() or platform.machine(), "python": platform.python_version()}
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps({"machine": machine, "table": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
