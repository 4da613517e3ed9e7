"""Trees into types: everything msgspec can describe, with all problems at once."""

from __future__ import annotations

import enum
from typing import Annotated, Any, ClassVar, Literal

import msgspec
import pytest
from msgspec import Meta

from tests.config.makers import brief, decoded, whole
from wrp_router.config.decode import decode
from wrp_router.config.expand import expand
from wrp_router.config.nodes import Scalar
from wrp_router.config.places import Places
from wrp_router.config.problems import Problems
from wrp_router.config.secret import Secret
from wrp_router.config.units import Duration, Size


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(msgspec.Struct, frozen=True):
    shorthand: ClassVar[str] = "name"
    name: str
    x: int = 0


class Circle(msgspec.Struct, frozen=True, tag_field="kind", tag="circle"):
    radius: Annotated[float, Meta(gt=0)]
    at: Point | None = None


class Square(msgspec.Struct, frozen=True, tag_field="kind", tag="square"):
    side: float = 1.0
    inside: tuple[Circle | Square, ...] = ()


class Even(msgspec.Struct, frozen=True):
    value: int

    def __post_init__(self) -> None:
        if self.value % 2:
            raise ValueError("must be even")


class All(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    class_: str
    number: float = 0.0
    choice: Literal["a", "b", 3] = "a"
    colour: Colour = Colour.RED
    shape: Circle | Square = Square()
    shapes: list[Circle | Square] = []
    point: Point | None = None
    pair: tuple[int, str] = (0, "")
    names: frozenset[str] = frozenset()
    unique: set[int] = set()
    table: dict[Literal["x", "y"], int] = {}
    numbered: dict[int, str] = {}
    either: bool | int | float | str | None = None
    many: list[str] | str = ""
    wait: Duration | None = None
    size: Size = 0
    secret: Secret | None = None
    even: Even = Even(0)
    anything: Any = None
    few: Annotated[list[int], Meta(min_length=1, max_length=2)] = msgspec.field(default_factory=lambda: [1])


FULL = """
class: a
number: 3
choice: 3
colour: blue
shape: {kind: circle, radius: 2, at: home}
shapes: [{kind: square, inside: [{kind: circle, radius: 1}]}]
point: {name: p, x: 5}
pair: [1, one]
names: [a, b, a]
unique: [1, 1]
table: {x: 1}
numbered: {1: one, 0x10: sixteen}
either: 1
many: [a, b]
wait: 5m
size: 1KiB
secret: 0123
even: {value: 4}
anything: {a: [1, {b: null}], true: 'x'}
few: [1, 2]
"""


def test_all_types() -> None:
    """Every kind of type is read from its natural form."""
    value, problems = decoded(FULL, All)
    assert problems == []
    assert value.shape == Circle(2.0, Point("home"))
    assert value.shapes == [Square(inside=(Circle(1.0),))]
    assert (value.number, value.choice, value.colour) == (3.0, 3, Colour.BLUE)
    assert (value.pair, value.names, value.unique) == ((1, "one"), frozenset({"a", "b"}), {1})
    assert (value.table, value.numbered) == ({"x": 1}, {1: "one", 16: "sixteen"})
    assert (value.either, value.many, value.wait, value.size) == (1, ["a", "b"], 300.0, 1024)
    assert value.secret.reveal() == "0123"
    assert value.anything == {"a": [1, {"b": None}], "true": "x"}
    assert isinstance(value.number, float)
    assert isinstance(value.names, frozenset)


WRONG = """
clas: a
number: x
choice: c
colour: green
shape: {kind: circel}
shapes: [{side: 1}, {kind: square, sid: 2}, {kind: [x]}, 3]
point: {x: 1.5}
pair: [1]
names: [1]
unique: {}
table: {z: 1}
numbered: {a: b}
either: [1]
many: {}
wait: 5
size: 1.5
secret: ''
even: {value: 3}
few: []
"""
FOUND = [
    "2:1 E010",
    "2:1 E011",
    "3:9 E012",
    "4:9 E014",
    "5:9 E014",
    "6:15 E014",
    "7:10 E011",
    "7:36 E010",
    "7:52 E012",
    "7:58 E012",
    "8:8 E011",
    "8:12 E012",
    "9:7 E012",
    "10:9 E012",
    "11:9 E012",
    "12:9 E014",
    "13:12 E012",
    "14:9 E012",
    "15:7 E012",
    "17:7 E016",
    "18:9 E013",
    "19:7 E013",
    "20:6 E013",
]


def test_all_problems_at_once() -> None:
    """Nothing that does not fit hides anything else; each is noted where it stands."""
    assert decoded(WRONG, All)[1] == FOUND


def test_incomplete_answer() -> None:
    """With problems, what fits is there: defaults for fields, gaps in lists and mappings."""
    value, problems = decoded(
        "class: a\nnumber: x\nshapes: [{kind: no}, {kind: square}]\nnumbered: {1: [], 2: b}\n", All
    )
    assert len(problems) == 3
    assert (value.number, value.shapes, value.numbered) == (0.0, [Square()], {2: "b"})


def test_no_answer() -> None:
    """A struct without a required field cannot be had, unless something stands in for it."""
    assert decoded("{}", Point) == (None, ["1:1 E011"])
    assert decoded("{name: [], x: 3}", Point, instead={"name": "n"}) == (Point("n", 3), ["1:8 E012"])
    assert decoded("[{x: 1}]", list[Point], instead={"name": "n"}) == ([], ["1:2 E011"])


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5", int | float, 5),
        ("5.0", int | float, 5.0),
        ("5", float | str, 5.0),
        ("x", Literal["x"] | int, "x"),
        ("true", bool | str, True),
        ("null", str | None, None),
        ("30s", Duration | Literal["never"], 30.0),
        ("never", Duration | Literal["never"], "never"),
        ("{a: 1}", dict[str, int] | list[int], {"a": 1}),
        ("[1]", dict[str, int] | list[int], [1]),
        ("home", Point | None, Point("home")),
        ("{kind: circle, radius: 1}", Circle, Circle(1.0)),
        ("{radius: 1}", Circle, Circle(1.0)),
        ("{1: 2}", dict[str, int], {"1": 2}),
    ],
)
def test_unions_and_shorthands(text: str, kind: Any, value: object) -> None:
    """Of several types the narrowest that fits is taken."""
    assert decoded(text, kind) == (value, [])


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("circle", Circle | Square, "write {kind: circle}"),
        ("5", Circle | Square, "write {kind: …}, one of: circle, square"),
        ("[]", Circle | Square, "write {kind: …}, one of: circle, square"),
        ("{}", Circle | Square, "one of: circle, square"),
        ("{kind: sqare}", Circle | Square, 'did you mean "square"?'),
        ("[]", Point | None, "fields: name"),
        ("[]", Even, "fields: value"),
        ("{value: 1, valu: 2}", Even, 'did you mean "value"?'),
        ("yes", bool, "write true or false"),
        ("'5'", int, "remove the quotes"),
        ("5", str, 'put quotes around it: "5"'),
        ("null", str, 'put quotes around it: "null"'),
        ("''", Secret, "set the variable or file that it comes from"),
        ("a", list[str], "write it as a list: [a, b]"),
        ("[]", dict[str, int], "write it as a mapping: {name: value}"),
        ("{}", str, "write a single value here"),
        ("{kind: square}", Circle, "add radius: a number"),
        ("{}", Annotated[dict[str, int], Meta(min_length=1)], "at least one entry"),
    ],
)
def test_hints(text: str, kind: Any, hint: str) -> None:
    """What is wrong comes with what to write."""
    problems = Problems()
    decode(whole(text), kind, problems)
    assert hint in [problem.hint for problem in problems.listed()]


def test_wrong_tag_of_one_struct() -> None:
    """A struct by itself needs no tag, but not another's."""
    assert decoded("{kind: square, radius: 1}", Circle)[1] == ["1:8 E014"]


def test_what_is_noted_already() -> None:
    """A value that could not be filled in is not complained of again, be it a kind."""
    node = expand(whole("kind: ${NO}\nradius: ${NO}\n"), {}, None, Problems())
    for kind in (Circle, Circle | Square):
        problems = Problems()
        assert decode(node, kind, problems) is None
        assert problems.listed() == ()


def test_unreadable_type() -> None:
    """A type that YAML cannot write is said to be one."""
    assert decoded("x", complex)[1] == ["1:1 E012"]
    assert decoded("[x]", bytes)[1] == ["1:1 E012"]


def test_places() -> None:
    """What was decoded can be found again in the file, also in structs that are not whole."""
    problems, places = Problems(), Places()
    decode(whole("shapes:\n  - kind: circle\n    radius: 1\n    at: home\n"), All, problems, places)
    (circle,) = places.decoded(Circle)
    assert brief(problems.listed()) == ["1:1 E011"]
    radius = places.field(circle, "radius")
    assert isinstance(radius, Scalar)
    assert (radius.at.line, radius.at.col) == (3, 13)
    assert places.field(circle, "at", "name") is None
    assert places.field(object(), "x") is None
    assert places.node(circle.at) is places.field(circle, "at") or circle.at is not None


def test_secrets_are_collected() -> None:
    """Those that stand in the file, for masking its lines; not those that came from elsewhere."""
    problems, places = Problems(), Places()
    decode(whole("class: a\nsecret: s3cret\n"), All, problems, places)
    assert places.secrets == ["s3cret"]
