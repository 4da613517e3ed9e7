"""The JSON Schema: valid itself, and of one mind with the decoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from tests.config.golden_files import BROKEN, loaded
from tests.config.makers import LEAST
from wrp_router.config import json_schema
from wrp_router.config.decode import decode
from wrp_router.config.problems import Problems
from wrp_router.config.schema import schema_of
from wrp_router.config.yaml import read

CONFIGS = Path(__file__).parents[2] / "configs"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def data_of(text: str) -> Any:
    """What an editor's YAML reader makes of a file."""
    problems = Problems()
    node = read(text, "f", problems)
    assert node is not None
    return decode(node, Any, problems)  # type: ignore[arg-type] # Any is a type to msgspec


def test_valid() -> None:
    """It is a schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_shipped() -> None:
    """The file beside the examples is this one: `wrp config schema > configs/wrp.schema.json` makes it."""
    assert json.loads((CONFIGS / "wrp.schema.json").read_text()) == json_schema()


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_examples(file: Path) -> None:
    """Every example is valid."""
    assert list(VALIDATOR.iter_errors(data_of(file.read_text()))) == []


STRUCTURAL = {"E010", "E011", "E012", "E014", "E016"}


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_broken_ones(file: Path) -> None:
    """What the decoder refuses for its shape, an editor underlines too."""
    problems = loaded(file).problems
    unreadable = any(problem.code < "E010" and problem.code != "E002" for problem in problems)
    if not unreadable and any(problem.code in STRUCTURAL and problem.file == file.name for problem in problems):
        assert not VALIDATOR.is_valid(data_of(file.read_text()))


@pytest.mark.parametrize(
    ("more", "valid"),
    [
        ("retries: {extra: '${EXTRA}', budget: 20%}", True),
        ("retries: {extra: many}", False),
        ("timeouts: {ttft: 1h30m, idle: 5}", True),
        ("timeouts: {ttft: soon}", False),
        ("cache: {max_bytes: 512M}", False),
        ("cache: {max_bytes: 1.5}", False),
        ("log: {level: loud}", False),
        ("signals: {two words: {kind: tokens}}", False),
        ("signals: {length: {kind: tokens, more: 1}}", False),
        ("telemetry: {metrics: 'yes'}", False),
        ("cache: null", True),
        ("cache: {store: memory}", True),
        ("cache: {store: 'sqlite:///srv/x.db'}", True),
        ("cache: {store: '${STORE}'}", True),
        ("cache: {store: 'rediss://h/0'}", True),
        ("cache: {store: x.db}", False),
    ],
)
def test_values(more: str, valid: bool) -> None:
    """Units, variables, bounds and names are in it."""
    assert VALIDATOR.is_valid(data_of(LEAST + more)) is valid


def test_described() -> None:
    """Every field of the configuration says what it means."""
    schema = json_schema()
    own = {name: part for name, part in schema["$defs"].items() if name.endswith("Config")}
    assert len(own) >= 8
    for part in own.values():
        whole = part if "properties" in part else part["anyOf"][1]
        for name, field in whole["properties"].items():
            assert field.get("description"), name


def test_equal_names() -> None:
    """Two structs of one name stay two."""
    one, two = msgspec.defstruct("Same", [("a", int)]), msgspec.defstruct("Same", [("b", int)])
    validator = jsonschema.Draft202012Validator(schema_of(tuple[one, two], "pair"))  # type: ignore[valid-type]
    assert validator.is_valid([{"a": 1}, {"b": 1}])
    assert not validator.is_valid([{"a": 1}, {"a": 1}])


def test_other_types() -> None:
    """Tuples, sets and bounds are written down as well."""
    schema = schema_of(tuple[int, frozenset[str]], "pair")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid([1, ["a"]])
    assert not jsonschema.Draft202012Validator(schema).is_valid([1])
    assert schema_of(Any, "anything")["title"] == "anything"
