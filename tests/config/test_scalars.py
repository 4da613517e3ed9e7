"""One value against one type."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta
from msgspec import inspect as types

from tests.config.makers import scalar
from wrp_router.config.nodes import Scalar
from wrp_router.config.problems import Place
from wrp_router.config.scalars import Misfit, is_plain, read_scalar
from wrp_router.config.secret import Secret
from wrp_router.config.units import Duration, Percent, Rate, Size


def got(text: str, kind: Any) -> Any:
    return read_scalar(scalar(text), types.type_info(kind))


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("5", Annotated[int, Meta(ge=6)], "must be at least 6"),
        ("5", Annotated[int, Meta(gt=5)], "must be more than 5"),
        ("5", Annotated[int, Meta(le=4)], "must be at most 4"),
        ("5", Annotated[int, Meta(lt=5)], "must be less than 5"),
        ("5", Annotated[int, Meta(multiple_of=2)], "must be a multiple of 2"),
        ("0.5", Annotated[float, Meta(lt=0.25)], "must be less than 0.25"),
        (".nan", float, "must be finite"),
        ("-.inf", float, "must be finite"),
        ("1s", Annotated[Duration, Meta(ge=60)], "must be at least 1m"),
        ("1B", Annotated[Size, Meta(ge=1 << 20)], "must be at least 1MiB"),
        ("140%", Annotated[Percent, Meta(le=1)], "must be at most 100%"),
        ("-1", Duration, "cannot be negative"),
        (".inf", Size, "expected a size"),
        ("1.5", Size, "expected a size"),
        ("20", Rate, "expected a rate of spending"),
        ("true", Duration, "expected a duration"),
        ("1" + "h" * 80, Duration, "expected a duration"),
        ("abc", Annotated[str, Meta(max_length=2)], "may have at most 2 characters"),
        ("abc", Annotated[str, Meta(min_length=5)], "needs at least 5 characters"),
        ("''", Annotated[str, Meta(min_length=1)], "must not be empty"),
        ("abc", Annotated[str, Meta(pattern="^x")], "is not of the form ^x"),
        ("true", int, "expected an integer"),
        ("true", float, "expected a number"),
        ("1", bool, "expected true or false"),
        ("1", Literal["1"], "is not one of: 1"),
        ("true", Literal[1], "is not one of: 1"),
        ("x", None, "expected nothing"),
        ("x", complex, "complex cannot be written"),
        ("x", list[int], "expected a list"),
    ],
)
def test_misfits(text: str, kind: Any, words: str) -> None:
    """What does not fit is said in the field's own units."""
    misfit = got(text, kind)
    assert isinstance(misfit, Misfit)
    assert words in misfit.message


def test_the_form_in_words() -> None:
    """A pattern is for programs; a field may say in words what it wants."""
    kind = Annotated[str, Meta(pattern="^[a-z]+$", extra={"form": "small letters only"})]
    assert got("ABC", kind).hint == "small letters only"


def test_values_from_variables_are_not_shown() -> None:
    """Messages say what the file says."""
    node = Scalar(Place("f", 1, 1), "${KEY}", "hunter2", expanded="hunter2")
    for kind in (int, float, bool, Duration, Literal["a"], Annotated[str, Meta(max_length=2)]):
        misfit = read_scalar(node, types.type_info(kind))
        assert "hunter2" not in str(misfit)
        assert misfit.code.startswith("E")


def test_text_from_variables_is_taken_as_it_is() -> None:
    """A key of digits keeps its zeros, though unquoted."""
    node = Scalar(Place("f", 1, 1), "${KEY}", 12, expanded="012")
    assert read_scalar(node, types.type_info(str)) == "012"
    assert read_scalar(node, types.type_info(Secret)).reveal() == "012"


def test_whole_numbers_of_bytes() -> None:
    """Sizes are whole."""
    assert got("1.5KiB", Size) == 1536
    assert isinstance(got("1.5KiB", Size), int)


def test_what_is_plain() -> None:
    """Types of a single value, with or without a unit."""
    assert is_plain(types.type_info(Duration))
    assert not is_plain(types.type_info(list[int]))
