"""Names of types: one for each, whoever labelled."""

import typing

import pytest

from wrp_signals.pii import DEFAULT, GROUPS, STRUCTURED, canonical
from wrp_signals.pii.types import CANONICAL, TypeName, expand


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("ssn", "US_SSN"),
        ("US-SSN", "US_SSN"),
        ("phone number", "PHONE_NUMBER"),
        ("DOMAIN_NAME", "URL"),
        ("GPE", "LOCATION"),
        ("DATE_OF_BIRTH", "DATE_TIME"),
        ("Organization", "ORGANIZATION"),
    ],
)
def test_labels_of_other_tools_have_one_name(label, name):
    """Case, hyphens and spaces do not matter; unknown labels stay."""
    assert canonical(label) == name


def test_aliases_are_said_once():
    """No alias has two meanings, and none is a canonical name itself."""
    aliases = [alias for names in CANONICAL.values() for alias in names]
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & set(CANONICAL)


def test_declarations_may_name_every_type_and_group():
    """The schema's choices are the tables' names; mild types and names must be asked for."""
    assert set(typing.get_args(TypeName)) == {*GROUPS, *STRUCTURED, *GROUPS["names"]}
    assert set(DEFAULT) == set(STRUCTURED) - set(GROUPS["mild"])
    with pytest.raises(KeyError, match="EMAIL"):
        expand(("EMAIL",))
    assert expand(("contact", "URL")) == {"EMAIL_ADDRESS", "PHONE_NUMBER", "URL"}
