"""A request and what is sent beside it."""

from __future__ import annotations

import orjson

from wrp_cache.examples import Example
from wrp_router.wire.body import decode
from wrp_router.wire.extras import NO_EXTRA, Extra, tree_with, view_with, with_extra
from wrp_router.wire.view import view_of

MESSAGES = [{"role": "system", "content": "Brief."}, {"role": "user", "content": "Hello?"}]
ASKED = decode("chat", orjson.dumps({"model": "auto", "messages": MESSAGES}))
VIEW = view_of(ASKED, tenant="t", session="", headers={})
BOTH = Extra((Example("Hi?", "Yes."),), " And now?")


def test_nothing_beside_it() -> None:
    """The request itself, in each of its forms."""
    assert with_extra(ASKED, NO_EXTRA) is ASKED
    assert tree_with(ASKED.tree, NO_EXTRA) is ASKED.tree
    assert view_with(VIEW, NO_EXTRA) is VIEW


def test_before_and_after() -> None:
    """What an engine gets, what a modelled one reads and what signals see are the same conversation."""
    sent = with_extra(ASKED, BOTH)
    texts = ["Brief.", "Hi?", "Yes.", "Hello? And now?"]
    assert [one["content"] for one in orjson.loads(sent.raw)["messages"]] == texts
    assert orjson.loads(sent.raw) == sent.tree == tree_with(ASKED.tree, BOTH)
    assert [one.text for one in view_with(VIEW, BOTH).messages] == texts
