"""Compiles the modules that run for every request, with mypyc: only where it is asked for.

    HATCH_BUILD_HOOKS_ENABLE=1 pip wheel --no-deps .    a wheel for this machine's Python; it takes two minutes

A wheel made without it holds the same modules as Python alone. Which modules those are, pyproject.toml says.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = "wrp_router"
"""All modules are one library, `wrp_router__mypyc`, beside the packages: they call each other without Python."""

PROGRAM = """
import sys
from mypyc.build import mypycify
from setuptools import setup
into, scratch, library, *modules = sys.argv[1:]
made = mypycify(modules, opt_level="3", multi_file=True, target_dir=scratch, group_name=library)
setup(name=library, packages=[], py_modules=[], ext_modules=made,
      script_args=["-q", "build_ext", "--build-lib", into, "--build-temp", scratch])
"""
"""What runs in a process of its own: setuptools takes over the one it runs in."""


class Compiled(BuildHookInterface[Any]):
    """A build hook of hatchling's."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What compiling needs beside what running needs: the types are checked on the way."""
        return ["mypy>=2.4,<2.5", "setuptools>=77", "types-PyYAML"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Puts the libraries into the wheel, beside the modules. Not into an editable one: what is compiled there would
        hide later changes of its source."""
        if version == "editable":
            return
        self.folder = tempfile.TemporaryDirectory()
        into = Path(self.folder.name)
        for path in compiled(Path(self.root), into):
            build_data["force_include"][str(path)] = str(path.relative_to(into))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The wheel is written."""
        if version != "editable":
            self.folder.cleanup()


def modules_of(root: Path) -> list[str]:
    """The paths of the modules that are compiled."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    return list(project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["modules"])


def compiled(root: Path, into: Path) -> list[Path]:
    """The libraries made of the checkout at `root`, in folders of `into` that are called like their packages. Raises
    CalledProcessError; what is wrong was printed."""
    with tempfile.TemporaryDirectory() as scratch:
        program = [sys.executable, "-c", PROGRAM, str(into), scratch, LIBRARY]
        subprocess.run([*program, "--config-file=pyproject.toml", *modules_of(root)], cwd=root, check=True)
    return sorted(path for path in into.rglob("*") if path.suffix in {".so", ".pyd"})
