"""Models of one family share a name, whatever their size, edition, date and owner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.family import LONGEST, family_of


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1"),
        ("llama-3.1-70b", "llama-3.1"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o"),
        ("gpt-4-1106-preview", "gpt-4"),
        ("claude-3-5-sonnet-20241022", "claude-3-5"),
        ("Qwen/Qwen2.5-72B-Instruct-AWQ", "qwen2.5"),
        ("qwen3-235b-a22b", "qwen3"),
        ("Mixtral-8x7B", "mixtral"),
        ("auto", "auto"),
        ("8b", "8b"),
        ("", ""),
        ("\ud800", "?"),
        ("a\nb", "?"),
    ],
)
def test_sizes_editions_and_dates_are_left_out(model, family):
    """What is left tells tokenizers apart as well as a name can."""
    assert family_of(model) == family


@given(st.text(max_size=400))
def test_any_name_gives_a_short_printable_one(model):
    """Clients choose names: keys made of them stay small, and can be stored."""
    family = family_of(model)
    assert len(family) <= LONGEST
    assert family.isascii()
    assert family.isprintable()
