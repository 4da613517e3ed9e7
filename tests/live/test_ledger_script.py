"""The scripts as text; what they do is in test_ledger."""

from __future__ import annotations

import hashlib

from wrp_router.accounts.window import STEPS
from wrp_router.live.ledger_script import RESERVE, SETTLE, digest


def test_they_have_the_steps_of_the_books():
    """Otherwise a router alone would count otherwise than all together."""
    assert f"local STEPS, MOST = {STEPS}, " in RESERVE
    assert f"local STEPS, MOST = {STEPS}, " in SETTLE


def test_the_digest_is_the_servers():
    """SHA-1 of the whole text, in hex."""
    assert digest("return 1") == hashlib.sha1(b"return 1").hexdigest()
