"""Numbers of papers: passports, licences, accounts."""

from wrp_signals.pii import find, people


def test_digits_are_asked_for():
    """Words are no numbers; two digits are too few."""
    assert people.numbered("Main Street") == 0.0
    assert people.grouped("1234 5678") == 1.0
    assert people.grouped("12") == 0.0


def test_a_number_needs_its_name_beside_it():
    """The same characters are a passport's or nobody's."""
    assert [span.type for span in find("my passport number is C01X00T47", ["national"])] == ["PASSPORT"]
    assert find("part C01X00T47 is out of stock", ["national"]) == ()
