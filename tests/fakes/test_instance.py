"""Smallest instances of JSON Schemas, judged by a real validator."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes.instance import instance

TREE = {"type": "object", "properties": {"child": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["child"]}
SCHEMAS = [
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]},
    {"type": "object", "required": ["undescribed"]},
    {"properties": {"a": {"type": "boolean"}}, "minProperties": 3},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {"type": "array", "items": {"type": "number"}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}], "minItems": 3, "items": {"const": 1}},
    {"type": "array", "contains": {"const": 5}},
    {"type": "string", "minLength": 10, "maxLength": 12},
    {"type": "string", "maxLength": 2},
    {"type": "string", "format": "date-time"},
    {"minLength": 1},
    {"type": "integer", "minimum": 3, "multipleOf": 5},
    {"type": "integer", "maximum": -3},
    {"type": "integer", "exclusiveMinimum": 3},
    {"type": "integer", "exclusiveMaximum": 3},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "number", "minimum": 2.5},
    {"type": "number", "exclusiveMinimum": 2.5},
    {"type": "number", "exclusiveMaximum": -2.5},
    {"type": "number", "maximum": -2.5},
    {"type": "number", "multipleOf": 0.5, "minimum": 0.7},
    {"type": ["null", "string"]},
    {"enum": ["red", "green"]},
    {"const": {"a": 1}},
    {"type": "string", "default": "given"},
    {"type": "string", "examples": ["shown"]},
    {
        "anyOf": [{"$ref": "#/$defs/never"}, {"type": "integer"}],
        "$defs": {"never": {"properties": {"x": {"$ref": "#/$defs/never"}}, "required": ["x"]}},
    },
    {"oneOf": [False, {"type": "integer"}]},
    {"properties": {"k": {}}, "required": ["k"], "anyOf": [{"required": ["z"]}]},
    {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer"}}},
    {"allOf": [{"properties": {"a": {"type": "null"}}, "required": ["a"]}, {"required": ["b"]}]},
    {"allOf": [True, {"type": "integer"}]},
    TREE,
    True,
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_is_valid(schema):
    """What is made of a schema satisfies it."""
    jsonschema.Draft202012Validator(schema).validate(instance(schema))


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (False, "allows nothing"),
        ({"properties": {"a": False}, "required": ["a"]}, "allows nothing"),
        ({"$ref": "#"}, "never ends"),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "never ends"),
        ({"$ref": "#/$defs/nowhere"}, "refers to nothing"),
        ({"$ref": "https://example.com/x"}, "outside itself"),
        ({"anyOf": [False]}, "no alternative"),
        ({"type": "colour"}, "unknown type"),
    ],
)
def test_refuses_what_has_no_finite_instance(schema, why):
    """With a reason."""
    with pytest.raises(ValueError, match=why):
        instance(schema)


def test_makes_the_smallest_object():
    """Optional properties are left out."""
    assert instance(SCHEMAS[0]) == {"a": "text"}


leaves = st.one_of(
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more}, *[st.integers(0, 9)] * 2
    ),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more}, *[st.integers(-9, 9)] * 2
    ).filter(lambda s: s["minimum"] <= s["maximum"]),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.builds(lambda values: {"enum": values}, st.lists(st.integers(), min_size=1)),
)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(
            lambda props: {
                "type": "object",
                "properties": props,
                "required": sorted(props),
                "additionalProperties": False,
            },
            st.dictionaries(st.text(max_size=3), inner, max_size=3),
        ),
        st.builds(lambda items, n: {"type": "array", "items": items, "minItems": n}, inner, st.integers(0, 3)),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


@given(schemas)
def test_is_valid_for_any_schema_of_the_strict_subset(schema):
    """As structured output uses it: closed objects, arrays, alternatives, bounds."""
    jsonschema.Draft202012Validator(schema).validate(instance(schema))
