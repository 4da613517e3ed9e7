"""The documentation cannot lie: what the code has is in it, and what it names exists."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scripts.docs import ROOT, filled, leaves
from tests.pages import PAGES, name_of, spans
from wrp_policies import BalancingSpec, SelectionSpec
from wrp_router import errors
from wrp_router.cli import parser
from wrp_router.cli.options import OPTIONS
from wrp_router.config import CODES, json_schema
from wrp_router.config.structs import Config
from wrp_router.fleet.health import table_as_markdown
from wrp_router.flow.commands import Command
from wrp_router.telemetry.names import NAMES
from wrp_router.wire.paths import ENDPOINTS
from wrp_signals import SignalSpec

EVERYWHERE = "\n".join(page.read_text() for page in PAGES if page.exists())
SOURCES = [path for folder in ("wrp_router", "policies", "signals", "cache") for path in (ROOT / folder).rglob("*.py")]
HEADER = re.compile(r"x-wrp-[a-z]+(?:-[a-z]+)*")

named = pytest.mark.parametrize("page", PAGES, ids=name_of)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def kinds(union: Any) -> list[str]:
    return [str(kind.__struct_config__.tag) for kind in union.__args__]


@named
def test_every_page_is_there_and_up_to_date(page: Path):
    """What stands between markers is what the code says now; else: make docs."""
    assert page.exists()
    assert filled(page.read_text()) == page.read_text(), "make docs"


@pytest.mark.parametrize(
    ("union", "room"), [(SelectionSpec, "policies"), (BalancingSpec, "policies"), (SignalSpec, "signals")]
)
def test_every_kind(union: Any, room: str):
    """Policies and signals stand in the reference, and in their room's README."""
    for kind in kinds(union):
        assert f"with `kind: {kind}`" in read("docs/configuration.md")
        assert f"| `{kind}` |" in read(f"{room}/README.md")


def test_every_key():
    """Of every struct that the schema has."""
    reference = read("docs/configuration.md")
    names = {name for struct in json_schema()["$defs"].values() for name in properties(struct)}
    assert len(names) > 80
    assert [name for name in names - {"kind"} if f"| `{name}` |" not in reference] == []


def properties(schema: Any) -> set[str]:
    """The keys that a schema allows, in all its variants."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    return set(schema.get("properties", {})) | properties(schema.get("anyOf", []))


def test_every_command_and_option():
    """In the commands' own page; the README names every command."""
    page = read("docs/commands.md")
    for name, command in leaves("wrp", parser()):
        part = page.partition(f"## `{name}`\n")[2].partition("\n## ")[0]
        for option in [one for action in command._actions for one in action.option_strings]:
            assert f"`{option}" in part or option in ("-h", "--help")
    assert [command for command in OPTIONS if f"`wrp {command}" not in read("README.md")] == []


def test_every_metric():
    """And no other name that looks like one."""
    assert [name for name in NAMES if f"| `{name}` |" not in read("docs/metrics.md")] == []
    packages = {"wrp_router", "wrp_policies", "wrp_signals", "wrp_cache"}
    assert set(re.findall(r"\bwrp_[a-z_]+[a-z]\b", EVERYWHERE)) <= packages | set(NAMES)


def test_every_header():
    """The README has those that the code reads or writes, and no others."""
    used = {name for path in SOURCES for name in HEADER.findall(path.read_text())}
    assert len(used) >= 12
    assert set(HEADER.findall(read("README.md"))) == used
    assert set(HEADER.findall(EVERYWHERE)) <= used


def test_every_path():
    """That is answered, by engines or from here, stands in ARCHITECTURE.md."""
    assert [path for path in ENDPOINTS if f"`{path}`" not in read("ARCHITECTURE.md")] == []


def test_every_problem_code():
    """And no other that looks like one."""
    assert [code for code in CODES if f"| `{code}` |" not in read("docs/errors.md")] == []
    assert set(re.findall(r"\b[EW]0\d\d\b", EVERYWHERE)) <= set(CODES)


def test_every_error_code():
    """What the API may answer, with the status that goes with it."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", read("docs/errors.md"), re.MULTILINE)
    assert {code: int(status) for status, code in rows} == codes_raised()
    assert len(rows) == len(codes_raised())


def codes_raised() -> dict[str, int]:
    """By the source: what classes of errors have as theirs, and what is raised with a code of its own."""
    trees = [ast.parse(path.read_text()) for path in SOURCES if "fakes" not in path.parts]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    status = {"RouterError": errors.RouterError.status}
    found = {errors.RouterError.code: errors.RouterError.status}
    for _ in range(4):  # a class may stand before the one that it is derived from
        for node in classes:
            parent = next((base.id for base in node.bases if isinstance(base, ast.Name) and base.id in status), None)
            if parent is not None:
                own = constants(node)
                status[node.name] = own.get("status", status[parent])
                found |= {own["code"]: status[node.name]} if "code" in own else {}
    for call in [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        code = next((word.value for word in call.keywords if word.arg == "code"), None)
        if isinstance(code, ast.Constant) and isinstance(call.func, ast.Name) and call.func.id in status:
            found[str(code.value)] = status[call.func.id]
    return found


def constants(node: ast.ClassDef) -> dict[str, Any]:
    """`a = 1` and `a, b = 1, 2` of a class."""
    found: dict[str, Any] = {}
    for line in node.body:
        if (
            isinstance(line, ast.Assign)
            and isinstance(line.targets[0], ast.Tuple)
            and isinstance(line.value, ast.Tuple)
        ):
            pairs = zip(line.targets[0].elts, line.value.elts, strict=True)
        elif isinstance(line, ast.Assign):
            pairs = zip(line.targets, [line.value], strict=True)
        else:
            continue
        found |= {t.id: v.value for t, v in pairs if isinstance(t, ast.Name) and isinstance(v, ast.Constant)}
    return found


def test_floors():
    """ARCHITECTURE.md draws them as the import contracts have them."""
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (floors,) = [one["layers"] for one in contracts if one.get("containers") == ["wrp_router"]]
    assert f"\n{' > '.join(floors)}\n" in read("ARCHITECTURE.md")


def test_every_command_of_the_flow():
    """Has its row, with who answers it."""
    rows = re.findall(r"^ *\| `([A-Z]\w+)` \|", read("ARCHITECTURE.md"), re.MULTILINE)
    assert {*rows} == {one.__name__ for one in Command.__args__}


def test_the_breaker_is_drawn_from_its_table():
    """Between its markers."""
    drawn = read("ARCHITECTURE.md").partition("<!-- breaker -->\n")[2].partition("<!-- /breaker -->")[0]
    assert drawn == table_as_markdown()


@named
def test_links_lead_somewhere(page: Path):
    """Those into the repository."""
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    assert [name for name in targets if "://" not in name and not (page.parent / name).exists()] == []


@named
def test_files_that_are_named_exist(page: Path):
    """Of what looks like a path with a folder in it; `your_…` is for the reader to fill in."""
    rooms = ("policies", "policies/wrp_policies", "signals", "signals/wrp_signals", "cache", "cache/wrp_cache")
    roots = (ROOT, ROOT / "wrp_router", *(ROOT / room for room in rooms), page.parent)
    paths = [span for span in spans(page) if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)*(/|\.(py|md|ya?ml|json|toml))", span)]
    gone = [name for name in paths if "/" in name and not any(any(root.glob(name.rstrip("/"))) for root in roots)]
    assert [name for name in gone if "your_" not in name] == []


@named
def test_settings_that_are_named_exist(page: Path):
    """`limits.body` and its like."""
    for span in spans(page):
        first, *rest = span.removesuffix(":").split(".")
        if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+:?", span) and first in Config.__struct_fields__:
            kind: Any = Config
            for name in (first, *rest):
                (kind,) = [under(one.type) for one in msgspec.structs.fields(kind) if one.encode_name == name]


def under(annotation: Any) -> Any:
    """The struct in a field's type, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    inner = [under(one) for one in getattr(annotation, "__args__", ())]
    return next((one for one in inner if one is not None), None)
