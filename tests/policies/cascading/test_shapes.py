"""JSON Schema in bounded work: agrees with the reference implementation wherever it says anything."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_policies.cascading.shapes import Unfit, check

NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-4, 4) | st.sampled_from([0.5, 1.0]) | st.sampled_from(["", "a", "ab1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """All keywords that are known."""
    some = st.lists(inner, min_size=1, max_size=3)
    bound = st.integers(0, 3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "prefixItems": some,
            "allOf": some,
            "anyOf": some,
            "oneOf": some,
            "not": inner,
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "pattern": st.sampled_from(["^a", "[0-9]$", "b"]),
            **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), st.integers(-2, 2)),
            **dict.fromkeys(
                ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), bound
            ),
            "multipleOf": st.sampled_from([1, 2, 0.5]),
            "description": st.text(max_size=3),
        },
    )


SCHEMAS = st.recursive(st.booleans() | schemas(st.booleans()), schemas, max_leaves=6)


def verdict(value: Any, schema: Any) -> str:
    """What comes of checking."""
    try:
        check(value, schema)
    except Unfit as unfit:
        return "unsure" if unfit.unsure else "unfit"
    return "fits"


@settings(max_examples=400)
@given(value=VALUES, schema=SCHEMAS)
def test_as_the_reference_says(value: Any, schema: Any) -> None:
    """Fits where jsonschema says that it fits, and else not."""
    right = jsonschema.Draft202012Validator(schema).is_valid(value)
    assert verdict(value, schema) == ("fits" if right else "unfit")


TREE = {
    "$defs": {"n/~": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n~1~0"}}}},
    "$ref": "#/$defs/n~1~0",
}


def test_references_within() -> None:
    """Recursive ones too."""
    check({"next": {"next": {}}}, TREE)
    with pytest.raises(Unfit, match="type"):
        check({"next": {"next": 3}}, TREE)


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"$ref": "http://127.0.0.1/x"}, "$ref"),
        ({"$ref": "#/$defs/none"}, "$ref"),
        ({"$ref": 5}, "$ref"),
        ({"$ref": "#"}, "too much"),
        ({"pattern": "(?=a)"}, "pattern"),
        ({"pattern": 5}, "pattern"),
        ({"unevaluatedProperties": False}, "unknown"),
        (5, "none"),
        ({"not": {"contains": 1}}, "not"),
        ({"anyOf": [{"type": "null"}, {"contains": 1}]}, "anyOf"),
        ({"oneOf": [True, {"contains": 1}]}, "oneOf"),
    ],
)
def test_what_cannot_be_told(schema: Any, rule: str) -> None:
    """Is said to be unknown, not wrong."""
    with pytest.raises(Unfit) as found:
        check("x", schema)
    assert found.value.unsure
    assert rule in found.value.rule


def test_what_is_wrong_is_wrong_whatever_else() -> None:
    """Though another keyword cannot be told."""
    with pytest.raises(Unfit) as found:
        check("x", {"contains": 1, "type": "null"})
    assert not found.value.unsure


def test_work_is_bounded() -> None:
    """A schema that doubles at every level, and a value of any depth, end at the bound."""
    doubling: dict[str, Any] = {"$defs": {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}}
    doubling["$defs"]["d40"] = {"type": "null"}
    assert verdict(1, {**doubling, "allOf": [{"$ref": "#/$defs/d0"}]}) == "unsure"
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(Unfit, match="too much"):
        check(deep, {"$defs": {"x": {"items": {"$ref": "#/$defs/x"}}}, "$ref": "#/$defs/x"})
