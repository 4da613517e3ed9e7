"""What others' code comes with an installation: few packages, by hashes, and none that does anything when it is
imported."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.locks import EXTRAS
from tests.test_packaging import MODULES, PACKAGES, ROOT, wheel

__all__ = ["wheel"]

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ("core.txt", "extras.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: ; [^\\]+)?) \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")

OFFLINE = """
import importlib, socket, sys

def refused(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise AssertionError(f"{event} {arguments}")

sys.addaudithook(refused)
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        print(error.name.split(".")[0])
"""
SELDOM = {"onnx", "safetensors", "torch", "sentence_transformers", "huggingface_hub"}
"""What tests run without: of the extras `export` and `sentence-transformers`."""


def pins(name: str) -> dict[str, str]:
    """Versions by canonical name; a package that is pinned twice, for other Pythons, counts once."""
    lines = (ROOT / "locks" / name).read_text().splitlines()
    return {canonicalize_name(found[1]): found[2] for line in lines if (found := PIN.match(line))}


def wanted(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for."""
    texts = [*PROJECT["dependencies"]]
    for extra in extras:
        texts += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_a_hash(name: str):
    """No index, no address, no option: where files come from is not the lock's business, what they are is."""
    lines = (ROOT / "locks" / name).read_text().splitlines()
    assert lines[0].startswith("# Written by `make lock`")
    assert [line for line in lines[1:] if not PIN.match(line) and not HASH.match(line)] == []
    after = [index for index, line in enumerate(lines) if PIN.match(line)]
    assert [lines[index] for index in after if not HASH.match(lines[index + 1])] == []
    assert "://" not in "\n".join(lines)


@pytest.mark.parametrize(("name", "extras"), [("core.txt", ()), ("extras.txt", EXTRAS)])
def test_a_lock_holds_what_the_project_asks_for(name: str, extras: tuple[str, ...]):
    """Each dependency, at a version that its bounds allow; `make lock` after a change."""
    pinned = pins(name)
    missing = [
        str(one)
        for one in wanted(*extras)
        if (version := pinned.get(canonicalize_name(one.name))) is None or not one.specifier.contains(version)
    ]
    assert missing == []


def test_the_larger_lock_holds_the_smaller():
    """At the same versions, so that an extra changes nothing of the core."""
    core, extras = pins("core.txt"), pins("extras.txt")
    assert core.items() <= extras.items()


def test_the_readme_says_how_many_packages_come():
    """Direct ones, and all."""
    said = re.search(r"(\d+) direct dependencies, (\d+) packages in all", (ROOT / "README.md").read_text())
    assert said is not None
    assert (int(said[1]), int(said[2])) == (len(PROJECT["dependencies"]), len(pins("core.txt")))


def test_nothing_of_the_wheel_runs_when_python_starts(wheel: Path):
    """No `.pth`, no `sitecustomize`, no script beside the entry point, no compiled code."""
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    bad = (".pth", ".so", ".pyd", ".dll", ".dylib", ".sh", ".pkl", ".pickle", ".joblib")
    assert [name for name in names if name.endswith(bad) or "customize" in name or ".data/" in name] == []


def test_importing_everything_asks_nobody():
    """Every module of ours, with all that it imports, in a process in which sockets raise: no name is looked up,
    nothing is connected to or listened at."""
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", OFFLINE, *names()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert set(done.stdout.split()) <= SELDOM


def test_sockets_do_raise_there():
    """So the test above means something."""
    probe = OFFLINE + "\nsocket.getaddrinfo('localhost', 80)\n"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert "AssertionError: socket.getaddrinfo" in done.stderr


def names() -> list[str]:
    """All modules but those that run when they are imported."""
    found = []
    for package, folder in PACKAGES.items():
        for path in MODULES:
            if path.is_relative_to(folder) and path.name != "__main__.py":
                parts = [package, *path.relative_to(folder).with_suffix("").parts]
                found.append(".".join(part for part in parts if part != "__init__"))
    return found
