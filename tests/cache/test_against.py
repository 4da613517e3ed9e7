"""Who lets everything pass, and who lets nothing."""

from __future__ import annotations

import pytest

from wrp_cache.against import Closed, Unguarded


@pytest.mark.parametrize("stored", ["", "What is 3 + 4?", "What is 3 + 5?"])
def test_without_rules(stored: str):
    """One has nothing against anything, the other something against everything, equal texts among them."""
    assert Unguarded().judge("What is 3 + 4?")(stored) is None
    assert (Closed().judge("What is 3 + 4?")(stored) or "").startswith("closed: ")
