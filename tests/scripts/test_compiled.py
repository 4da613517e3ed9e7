"""Modules that are compiled: only such as mypyc compiles to what they say."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from hatch_build import LIBRARY, Compiled, compiled, modules_of
from scripts.compiled import FOLDERS, main

ROOT = Path(__file__).parents[2]
MODULES = modules_of(ROOT)
BASES = {"Exception", "LookupError", "NamedTuple", "QueueFull", "StrEnum", "Waits"}
"""Of classes in compiled modules: mypyc knows how to derive from the library's, and the last ones are compiled too."""

PROJECT = """
[project]
name = "small"
version = "1"

[tool.hatch.build.targets.wheel.hooks.custom]
modules = ["rooms/small/sums.py"]

[tool.mypy]
mypy_path = "rooms"
explicit_package_bases = true
"""
SUMS = "def total(numbers: list[int]) -> int:\n    return sum(numbers)\n"
needs_a_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="NOT TESTED: no C compiler is installed")


def broken_by_mypyc(tree: ast.AST) -> list[str]:
    """What of a module would mean something else, or nothing, once it is compiled."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef():
                found.append(f"async def {node.name}")  # python/mypy#12867: crashes when it is cancelled
            case ast.ClassDef():
                words = [ast.unparse(word) for word in node.keywords]  # dropped in silence: frozen=True, tag="..."
                bases = {ast.unparse(base).partition("[")[0] for base in node.bases} - BASES - {"dict"}
                marks = [ast.unparse(mark) for mark in node.decorator_list]  # dataclass(slots=True), runtime_checkable
                found += [f"class {node.name}: {one}" for one in (*words, *sorted(bases), *marks)]
                methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
                if "__len__" in methods and "__bool__" not in methods:
                    found.append(f"class {node.name}: an empty one would be true")  # where it is `X | None`
            case ast.FunctionDef() if any("contextmanager" in ast.unparse(mark) for mark in node.decorator_list):
                found.append(f"@contextmanager {node.name}")  # a generator that is dropped does not end its `with`
    return found


@pytest.mark.parametrize("module", MODULES)
def test_it_means_the_same_compiled(module: str) -> None:
    """Else its words belong into a module of words, and what awaits or opens things somewhere else."""
    assert broken_by_mypyc(ast.parse((ROOT / module).read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "class A(Struct, frozen=True): ...",
        "@dataclass(slots=True)\nclass A: ...",
        "class A(RouterError): ...",
        "class A:\n    def __len__(self): return 0",
        "async def a(): ...",
        "@contextmanager\ndef a(): yield",
    ],
)
def test_what_would_not_is_found(source: str) -> None:
    """One of each kind."""
    assert len(broken_by_mypyc(ast.parse(source))) >= 1


def test_the_list_is_in_order() -> None:
    """By path, each one once."""
    assert sorted(set(MODULES)) == MODULES


def test_nobody_gets_it_unasked(tmp_path: Path) -> None:
    """A wheel is plain Python, for every platform."""
    (made,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert made.endswith("-none-any.whl")


def test_an_editable_install_stays_as_it_is(tmp_path: Path) -> None:
    """Compiled modules would hide later changes of their source."""
    config = WheelBuilder(str(ROOT)).config
    hook = Compiled(str(ROOT), {}, config, config.builder.metadata, str(tmp_path), "wheel")
    data: dict[str, Any] = {}
    hook.initialize("editable", data)
    hook.finalize("editable", data, "")
    assert data == {}


@needs_a_compiler
def test_a_module_is_compiled(tmp_path: Path) -> None:
    """Into a library under its package's name, and one for all; and that is what is imported."""
    source = tmp_path / "rooms/small/sums.py"
    source.parent.mkdir(parents=True)
    source.write_text(SUMS)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    into = tmp_path / "made"
    names = sorted(str(path.relative_to(into)).partition(".")[0] for path in compiled(tmp_path, into))
    assert names == ["small/sums", f"{LIBRARY}__mypyc"]
    asked = "from small import sums; print(sums.__file__, sums.total([1, 2]))"
    told = subprocess.run([sys.executable, "-c", asked], cwd=into, capture_output=True, text=True, check=True).stdout
    assert told.split(".")[-1].startswith("so") or ".pyd" in told
    assert told.endswith(" 3\n")


def test_folders_of_packages() -> None:
    """A copy has its libraries where its packages are."""
    assert {package: (ROOT / folder / package).is_dir() for package, folder in FOLDERS.items()} == dict.fromkeys(
        FOLDERS, True
    )


def test_it_does_not_empty_just_any_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only one that it made, or an empty one."""
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert "something else" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "all of it"
