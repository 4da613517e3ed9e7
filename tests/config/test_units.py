"""Numbers with units."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.config.units import UNITS, written


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("duration", "30s", 30.0),
        ("duration", "250ms", 0.25),
        ("duration", "500us", 0.0005),
        ("duration", "5m", 300.0),
        ("duration", "1h", 3600.0),
        ("duration", "7d", 604800.0),
        ("duration", "2w", 1209600.0),
        ("duration", "1h30m", 5400.0),
        ("duration", "1.5s", 1.5),
        ("size", "512MiB", 512 << 20),
        ("size", "1GB", 10**9),
        ("size", "1.5 KiB", 1536),
        ("size", "3B", 3),
        ("size", "2kB", 2000),
        ("money", "$0.70", 0.7),
        ("money", "$ 3", 3.0),
        ("rate", "$86400/day", 1.0),
        ("rate", "$3600 / hour", 1.0),
        ("rate", "$60/minute", 1.0),
        ("percent", "40%", 0.4),
        ("percent", "12.5 %", 0.125),
    ],
)
def test_parsed(unit: str, text: str, value: float) -> None:
    """What people write, in base units; the schema's pattern agrees."""
    assert UNITS[unit].parse(text) == pytest.approx(value)
    assert re.search(UNITS[unit].pattern, text)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("duration", ""),
        ("duration", "s"),
        ("duration", "30"),
        ("duration", "30 s"),
        ("duration", "-1s"),
        ("duration", "1h30"),
        ("duration", "1y"),
        ("duration", "1:30"),
        ("size", "512M"),
        ("size", "1 gb"),
        ("size", "GiB"),
        ("money", "0.70"),
        ("money", "€1"),
        ("money", "$1,000"),
        ("rate", "$20"),
        ("rate", "20/day"),
        ("rate", "$20/year"),
        ("percent", "40"),
        ("percent", "-4%"),
        ("percent", "٤%"),
    ],
)
def test_not_understood(unit: str, text: str) -> None:
    """Whatever is not exactly of the form, in code and in the schema's pattern."""
    assert UNITS[unit].parse(text) is None
    assert not re.search(UNITS[unit].pattern, text)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("duration", 604800.0, "7d"),
        ("duration", 600.0, "10m"),
        ("duration", 0.005, "5ms"),
        ("duration", 90.0, "90s"),
        ("duration", 0.0, "0s"),
        ("size", 32 << 20, "32MiB"),
        ("size", 1000, "1000B"),
        ("size", 0, "0B"),
        ("percent", 0.2, "20%"),
        ("money", 0.7, "$0.7"),
        ("rate", 1 / 86400, "$1/day"),
    ],
)
def test_written(unit: str, value: float, text: str) -> None:
    """In the largest unit that leaves no fraction."""
    assert written(unit, value) == text


@given(st.sampled_from(sorted(UNITS)), st.integers(1, 10**6))
def test_round_trip(unit: str, value: int) -> None:
    """What is written is read again as the same value."""
    amount = value / 1000 if unit == "percent" else value
    assert UNITS[unit].parse(written(unit, amount)) == pytest.approx(amount, rel=1e-5)


@given(st.sampled_from(sorted(UNITS)), st.text(max_size=64))
def test_any_text(unit: str, text: str) -> None:
    """Parsing never raises, and pattern and parser agree."""
    value = UNITS[unit].parse(text)
    assert (value is not None) == bool(re.search(UNITS[unit].pattern, text)) or text.endswith("\n")
    assert value is None or value >= 0
