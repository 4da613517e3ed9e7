"""The rules of the house that no linter knows. There is no list of exceptions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings

from scripts.ratchets import files

ROOT = Path(__file__).parents[1]
ROOMS = {"policies/wrp_policies": "policies", "signals/wrp_signals": "signals", "cache/wrp_cache": "cache"}
SOURCES = [path for path in files() if path.parts[len(ROOT.parts)] in ("wrp_router", "policies", "signals", "cache")]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
FORBIDDEN = {"pickle", "marshal", "shelve", "imp"}
RUNNERS = {"eval", "exec", "__import__"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
MACHINE = re.compile(r"(?<![\w.:])/(?:home|root|Users|work|opt|mnt)/\w")
FOLDERS = ("wrp_router", "policies", "signals", "cache", "configs", "docs", "tests")
TEXTS = [
    *(
        path
        for folder in FOLDERS
        for end in ("*.md", "*.yaml", "*.json", "*.txt")
        for path in (ROOT / folder).rglob(end)
    ),
    *(path for end in ("*.md", "*.toml", "Makefile", ".ci/run", "bench/*.md") for path in ROOT.glob(end)),
]


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))


def imported(path: Path) -> set[str]:
    """Every module that is imported, under its full name."""
    found = {alias.name for node in nodes(path, ast.Import) for alias in node.names}  # type: ignore[attr-defined]
    for node in nodes(path, ast.ImportFrom):
        assert isinstance(node, ast.ImportFrom)
        found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def breaking(rule: Callable[[Path], object], paths: list[Path]) -> list[str]:
    return [short(path) for path in paths if rule(path)]


def test_every_module_says_what_it_is():
    """In its first line."""
    assert breaking(lambda path: not ast.get_docstring(tree(path)), files()) == []


def test_every_test_states_its_fact():
    """In a docstring, whatever its name says."""
    silent = [
        f"{short(path)}: {node.name}"
        for path in TESTS
        for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_runs_what_it_reads():
    """No pickle and its kin, no eval, no exec."""
    assert breaking(lambda path: imported(path) & FORBIDDEN, SOURCES) == []
    calls = [
        short(path)
        for path in SOURCES
        for call in nodes(path, ast.Call)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RUNNERS
    ]
    assert calls == []


def test_fakes_never_mocks():
    """What a test needs in the place of something else ships as a fake, or is an argument."""
    mock, patch = "unittest." + "mock", "monkeypatch." + "setattr"
    assert breaking(lambda path: mock in path.read_text() or patch in path.read_text(), [*TESTS, *SOURCES]) == []


def test_no_property_fails_for_the_machine_being_slow():
    """Examples have no deadline, and as long to be made as they take."""
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


def test_names_say_something():
    """No module, and no class, is called after being useful."""
    assert breaking(lambda path: path.stem in VAGUE, files()) == []
    classes = [node.name for path in SOURCES for node in nodes(path, ast.ClassDef) if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if re.search(r"(Manager|Helper|Utils?)$", name)] == []


def test_silenced_checks_have_a_reason():
    """A `noqa` names its rule and says why, on the same line."""
    bare = re.compile(r"#\s*no" + r"qa(?!: [A-Z0-9, ]+ - \w)")
    assert breaking(lambda path: bare.search(path.read_text()), files()) == []
    unnamed = re.compile(r"#\s*type: " + r"ignore(?!\[)")
    assert breaking(lambda path: unnamed.search(path.read_text()), files()) == []


def test_nothing_is_left_to_do():
    """What is not done is not promised in a comment."""
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert breaking(lambda path: mark.search(path.read_text()), files()) == []


def test_no_machine_is_named():
    """Paths of whoever wrote it are in nobody's way."""
    assert breaking(lambda path: MACHINE.search(path.read_text(encoding="utf-8")), [*files(), *TEXTS]) == []


def mirror_of(path: Path) -> Path | None:
    """Where the tests of a module stand; None for one without a function, where there is nothing to test."""
    if not any(nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    name = short(path).removeprefix("wrp_router/")
    for room, folder in ROOMS.items():
        name = re.sub(f"^{room}/", f"{folder}/", name)
    below = Path(name)
    stem = {"__init__": below.parent.name, "__main__": "main"}.get(below.stem, below.stem)
    return ROOT / "tests" / below.parent / f"test_{stem}.py"


def test_tests_mirror_sources():
    """wrp_router/live/body.py is tested in tests/live/test_body.py."""
    wanted = [mirror_of(path) for path in SOURCES]
    assert [short(path) for path in wanted if path is not None and not path.exists()] == []
