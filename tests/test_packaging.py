"""What is built and shipped: all that is ours, nothing else, and little of it."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

pytestmark = pytest.mark.fault("S16")

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "wrp_router": ROOT / "wrp_router",
    "wrp_policies": ROOT / "policies/wrp_policies",
    "wrp_signals": ROOT / "signals/wrp_signals",
    "wrp_cache": ROOT / "cache/wrp_cache",
}
MODULES = [path for folder in PACKAGES.values() for path in sorted(folder.rglob("*.py"))]
MOST_MB, MOST_DEPENDENCIES = 40, 10
EXTRAS = (
    *("onnxruntime", "tokenizers", "usearch", "redis", "hiredis", "opentelemetry", "sklearn", "scikit-learn"),
    "matplotlib",
)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built anew, by the backend that pip would call."""
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("w")), versions=["standard"])))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(file.read(name).decode())


def test_four_packages_and_nothing_else(names: set[str]):
    """Nothing in site-packages has a name that another project could want."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in names if name.endswith((".pth", ".pyc")) or name.split("/")[1] == "tests"]


def test_every_module_is_in_it(names: set[str]):
    """Also those in folders that somebody's ignore file could have a name for."""
    ours = {f"{name}/{path.relative_to(folder)}" for name, folder in PACKAGES.items() for path in folder.rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == ours


def test_what_is_not_code_is_in_it(names: set[str]):
    """Types, weights, the demo's configuration, the examples, the licence."""
    rooms = ("wrp_signals", "wrp_policies")
    weights = {f"{room}/weights/{path.name}" for room in rooms for path in (PACKAGES[room] / "weights").iterdir()}
    examples = {f"wrp_router/configs/{path.name}" for path in (ROOT / "configs").iterdir()}
    assert len(weights) >= 5
    assert {f"{name}/py.typed" for name in PACKAGES} | weights | examples | {"wrp_router/demo/demo.yaml"} <= names
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]


def test_it_is_small(wheel: Path):
    """The embedding model is most of it."""
    assert wheel.stat().st_size < MOST_MB * 1e6


def test_the_command_is_installed(wheel: Path):
    """`wrp`, and no other."""
    with zipfile.ZipFile(wheel) as file:
        (name,) = [name for name in file.namelist() if name.endswith("entry_points.txt")]
        assert file.read(name).decode().split() == ["[console_scripts]", "wrp", "=", "wrp_router.cli:main"]


def test_few_dependencies(metadata: Message):
    """What only a tier or a command needs is an extra."""
    required = metadata.get_all("Requires-Dist") or []
    core = [one for one in required if "extra ==" not in one]
    assert 1 <= len(core) <= MOST_DEPENDENCIES
    assert not [one for one in core if one.startswith(EXTRAS)]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_the_source_distribution_can_be_tested(tmp_path: Path):
    """Tests, examples and benchmarks are in it; what was built or installed here is not."""
    import tarfile

    with tarfile.open(next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))) as file:
        inside = {name.partition("/")[2] for name in file.getnames()}
    assert {"tests/test_packaging.py", "configs/minimal.yaml", "Makefile", "bench/overhead.py"} <= inside
    assert not [name for name in inside if name.startswith((".venv", "bench/.peers")) or "__pycache__" in name]


def test_nothing_of_ours_is_ignored_by_git():
    """A file that git does not see is in nobody's clone."""
    command = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", *map(str, PACKAGES.values()), "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("NOT TESTED: this is not a git checkout")
    assert [
        name for name in done.stdout.splitlines() if name.endswith((".py", ".yaml", ".json", ".f32", ".bin", ".onnx"))
    ] == []


def imports(path: Path) -> set[str]:
    """The first names of all that a module imports from outside of its own package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return found


def test_what_is_imported_is_declared():
    """Each third-party package by the distribution that pip installs for us."""
    extras = [names for extra, names in PROJECT["optional-dependencies"].items() if extra != "dev"]
    declared = {normal(name) for names in (PROJECT["dependencies"], *extras) for name in names}
    foreign = {name for path in MODULES for name in imports(path)} - set(sys.stdlib_module_names) - set(PACKAGES)
    known = packages_distributions()
    undeclared = {name for name in foreign if not {normal(one) for one in known.get(name, [name])} & declared}
    assert undeclared - {"google"} == set()


def normal(requirement: str) -> str:
    name = requirement.split(";")[0].split("[")[0]
    for sign in "<>=!~ ":
        name = name.split(sign)[0]
    return name.lower().replace("_", "-")


WITHOUT_EXTRAS = f"""
import sys
for name in {EXTRAS!r}:
    sys.modules[name] = None
import wrp_router.cli.check, wrp_router.cli.config, wrp_router.cli.explain, wrp_router.cli.serve, wrp_router.cli.test
import wrp_router.cli.eval, wrp_router.cli.simulate, wrp_router.cli.train
from wrp_router.build import assemble
from wrp_router.config import load
loaded = load({str(ROOT / "configs/signals.yaml")!r}, {{}}, model_tier=True)
assert assemble(loaded.config).embedder is None
"""


def test_the_core_needs_no_extra():
    """Every command loads, and a configuration that wants the embedding model is built without it."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_EXTRAS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
