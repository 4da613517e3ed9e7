"""The examples of the documentation work: configurations load, commands parse, what is imported is there."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from importlib.metadata import metadata
from pathlib import Path

import pytest

from scripts.docs import ROOT, leaves
from tests.pages import PAGES, blocks, name_of, spans
from wrp_router.cli import parser
from wrp_router.config import loads
from wrp_router.rehearsal import Rehearsal, judge

pytestmark = pytest.mark.fault("K4")

named = pytest.mark.parametrize("page", PAGES, ids=name_of)


@named
def test_configurations_load(page: Path):
    """Every example in YAML that is a whole file, without a problem; parts of one are YAML at least."""
    for text in blocks(page, "yaml"):
        codes = [problem.code for problem in loads(text).problems]
        assert codes == [] if text.startswith("version:") else "E001" not in codes


@named
def test_configurations_pass_their_own_tests(page: Path):
    """Those that have some."""
    for config in [loads(text).config for text in blocks(page, "yaml")]:
        rehearsal = Rehearsal(config) if config is not None and config.tests else None
        for test in config.tests if config is not None else ():
            assert rehearsal is not None
            assert judge(rehearsal, test).differences == ()


@named
def test_commands_that_are_named_exist(page: Path):
    """`wrp …`, `make …`, `python …`, and the extras of `pip install`."""
    lines = [line for text in blocks(page, "", "sh", "bash", "console") for line in text.splitlines()]
    for line in [*lines, *spans(page)]:
        words = re.sub(r"\s+[#>|].*", "", line.strip().removeprefix("$ ")).strip()
        for start, check in CHECKS.items():
            if words.startswith(f"{start} ") and "…" not in words:
                check(words.removeprefix(f"{start} "))
    assert set(re.findall(r"wrp-router\[(\w+)\]", page.read_text())) <= {
        *metadata("wrp-router").get_all("Provides-Extra")
    }


def known_to_wrp(words: str) -> None:
    """A command, with options that it has; what is left out may be anything."""
    given = re.findall(r"'[^']*'|\"[^\"]*\"|\S+", words)
    commands = {name.removeprefix("wrp "): command for name, command in leaves("wrp", parser())}
    found = next((commands[name] for name in (given[0], " ".join(given[:2])) if name in commands), None)
    assert found is not None or given[0] in {"COMMAND", "--help", "--version", *(name.split()[0] for name in commands)}
    options = {option for action in (found or parser())._actions for option in action.option_strings}
    assert {word for word in given if re.fullmatch(r"--?[a-z-]+", word)} <= options | {"-h", "--help"}, words


def known_to_make(words: str) -> None:
    assert re.search(rf"^{words.split()[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), words


def known_to_python(words: str) -> None:
    first, second, *_ = [*words.split(), ""]
    path = second.replace(".", "/") if first == "-m" else first
    roots = [ROOT, *(ROOT / part for part in ("signals", "policies", "cache"))]
    there = any((root / f"{path}{end}").exists() for root in roots for end in ("", ".py"))
    assert there or path in ("venv", "pytest", "pip"), words


CHECKS = {"wrp": known_to_wrp, "make": known_to_make, "python": known_to_python}


@named
def test_python_examples(page: Path):
    """They compile, and what they import is there."""
    for text in blocks(page, "python"):
        compile(text, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                module = import_module(str(node.module))
                assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []


def test_the_readme_changes_servers_that_its_own_file_has():
    """`--change WHAT:SERVER@S` before `wrp.yaml`, whose first pool is simulated, or as many as `--servers` says."""
    page = ROOT / "README.md"
    config = next(config for config in (loads(text).config for text in blocks(page, "yaml")) if config is not None)
    lines = [line for line in [*spans(page), *"\n".join(blocks(page, "")).splitlines()] if "simulate wrp.yaml" in line]
    changes = [(line, int(server)) for line in lines for server in re.findall(r"--change \w+:(\d+)", line)]
    assert changes
    for line, server in changes:
        servers = re.search(r"--servers (\d+)", line)
        assert server < (int(servers[1]) if servers else len(config.pools[0].servers)), line


def test_feedback_is_sent_with_the_key_that_asked():
    """The examples ask by SDKs, which always send one; feedback without it is answered with 404."""
    calls = re.findall(r"curl [^\n]*/v1/feedback(?:.*\\\n)*.*", (ROOT / "README.md").read_text())
    assert calls
    assert [call for call in calls if "authorization: Bearer" not in call] == []


def test_the_log_of_the_readme_has_what_its_candidate_goes_by():
    """A signal that no route of the current configuration asks for is read by nobody, and `wrp replay` cannot say."""
    texts = [*blocks(ROOT / "README.md", "yaml")]
    current = next(number for number, text in enumerate(texts) if "log: {decisions:" in text)
    asked = [set(re.findall(r"when: '(\w+) ", text)) for text in texts[current : current + 2]]
    assert asked[1]
    assert asked[1] <= asked[0]
