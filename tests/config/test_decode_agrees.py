"""Decoding agrees with msgspec's own reading of the same data, and never raises."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from wrp_router.config.decode import decode
from wrp_router.config.problems import Problems
from wrp_router.config.yaml import read


class Leaf(msgspec.Struct, frozen=True, tag_field="kind", tag="leaf", forbid_unknown_fields=True):
    weight: Annotated[float, Meta(ge=0, le=10)] = 1.0


class Node(msgspec.Struct, frozen=True, tag_field="kind", tag="node", forbid_unknown_fields=True):
    below: tuple[Leaf | Node, ...] = ()
    name: Annotated[str, Meta(min_length=1, max_length=3)] | None = None


class Root(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=0)]
    tree: Leaf | Node | None = None
    flags: dict[str, bool] = {}
    level: Literal["low", "high"] = "low"
    pair: tuple[int, bool] | None = None


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.floats(-20, 20),
    st.sampled_from(["", "a", "low", "leaf", "abcd"]),
)
KEYS = st.sampled_from(["count", "tree", "flags", "level", "pair", "kind", "below", "name", "weight", "other"])
DATA = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)

LEAF = st.fixed_dictionaries({"kind": st.just("leaf")}, optional={"weight": st.integers(-1, 11)})
NODE = st.recursive(
    LEAF,
    lambda inner: st.fixed_dictionaries(
        {"kind": st.just("node")}, optional={"below": st.lists(inner, max_size=2), "name": st.text("ab", max_size=4)}
    ),
    max_leaves=4,
)
NEARLY = st.fixed_dictionaries(
    {"count": st.integers(-1, 5)},
    optional={
        "tree": NODE | st.none(),
        "flags": st.dictionaries(st.text("xy", max_size=2), st.booleans() | st.just(1), max_size=2),
        "level": st.sampled_from(["low", "high", "hihg"]),
        "pair": st.lists(st.one_of(st.integers(), st.booleans()), min_size=1, max_size=3) | st.none(),
    },
)


def both(data: Any) -> tuple[Any, Any]:
    problems = Problems()
    node = read(json.dumps(data), "f", problems)
    assert node is not None
    value = decode(node, Root, problems)
    try:
        theirs = msgspec.convert(data, Root)
    except msgspec.ValidationError:
        theirs = None
    return (None if problems.has_errors else value), theirs


@given(DATA)
def test_any_data(data: Any) -> None:
    """Whatever the data, both refuse it or both read the same."""
    ours, theirs = both(data)
    assert ours == theirs


@given(NEARLY)
def test_data_that_nearly_fits(data: Any) -> None:
    """Where most of it fits, too."""
    ours, theirs = both(data)
    assert ours == theirs
