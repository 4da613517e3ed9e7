"""Ways into the tree, for the checks."""

from __future__ import annotations

from tests.config.makers import mapping, whole
from wrp_router.config.checked import Checked, listed, names_of, text_at
from wrp_router.config.places import Places
from wrp_router.config.problems import Problems
from wrp_router.config.structs import Config, Drain

TREE = whole("pools: [{name: a}, 7, {name: b, x: {y: z}}, {name: 3}]\nroutes: [{}, {}]\n")


def checked(drain: str) -> tuple[Checked, Drain]:
    places, value = Places(), Drain()
    places.note(value, mapping(drain))
    return Checked(TREE, Config(1, ()), places, {}, Problems(), True), value


def test_mappings_in_lists():
    """Everything else in them is passed over."""
    assert [text_at(item, "name") is not None for item in listed(TREE, "pools")] == [True, True, False]
    assert names_of(TREE, "pools") == ["a", "b"]
    assert [*listed(TREE, "tests")] == []
    assert [*listed(whole("7"), "pools")] == []


def test_text_at_a_path():
    """None for what is not there, or no text."""
    item = [*listed(TREE, "pools")][1]
    found = text_at(item, "x", "y")
    assert found is not None
    assert found.value == "z"
    assert text_at(item, "x") is None
    assert text_at(item, "x", "y", "z") is None


def test_places_of_fields():
    """Where the field is, else where the struct is, else the top."""
    there, value = checked("\n\nnotice: 5s\n")
    assert (there.at(value, "notice").line, there.at(value, "grace").line, there.at(Drain()).line) == (3, 3, 1)
    assert there.at(value, "notice").col == 9


def test_what_is_set():
    """Null is not."""
    there, value = checked("notice: 5s\ngrace: null\n")
    assert there.is_set(value, "notice")
    assert not there.is_set(value, "grace")
    assert not there.is_set(value, "other")


def test_whether_all_routes_could_be_read():
    """Two are in the file, and none was decoded."""
    assert not checked("a: 1")[0].has_all_routes
