"""Short ways to trees, problems and whole configurations."""

from __future__ import annotations

from typing import Any

from wrp_router.config import Loaded, loads
from wrp_router.config.decode import decode
from wrp_router.config.nodes import MapNode, Node, Scalar
from wrp_router.config.places import Places
from wrp_router.config.problems import Problem, Problems
from wrp_router.config.yaml import read

LEAST = """\
version: 1
pools:
  - name: local
    servers: [http://127.0.0.1:8000]
"""


def tree(text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    problems = Problems()
    return read(text, "f.yaml", problems), problems.listed()


def whole(text: str) -> Node:
    """The tree of a text that has nothing wrong with it."""
    node, problems = tree(text)
    assert node is not None
    assert not problems
    return node


def scalar(text: str) -> Scalar:
    node = whole(text)
    assert isinstance(node, Scalar)
    return node


def mapping(text: str) -> MapNode:
    node = whole(text)
    assert isinstance(node, MapNode)
    return node


def decoded(text: str, kind: Any, **more: Any) -> tuple[Any, list[str]]:
    """The value, and `line:col code` of every problem."""
    problems = Problems()
    value = decode(whole(text), kind, problems, Places(), **more)
    return value, brief(problems.listed())


def brief(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{p.line}:{p.col} {p.code}" for p in problems]


def config(more: str = "", **options: Any) -> Loaded:
    """The least configuration and some more."""
    return loads(LEAST + more, "f.yaml", **options)


def codes(loaded: Loaded) -> list[str]:
    return [problem.code for problem in loaded.problems]
