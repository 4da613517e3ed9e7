"""What is sent with a request beside itself: the one word for it, and the request with it in each of its forms."""

from __future__ import annotations

from typing import Any

import msgspec

from wrp_cache.examples import Example
from wrp_signals.facts import RequestView

from . import additions, examples
from .words import Body


class Extra(msgspec.Struct, frozen=True):
    """Past `examples` before the first message that is no instruction, and an `addition` after the last one."""

    examples: tuple[Example, ...] = ()
    addition: str = ""


NO_EXTRA = Extra()


def with_extra(body: Body, extra: Extra) -> Body:
    """The request as an engine gets it; itself, where there is nothing beside it."""
    if extra.examples:
        body = examples.with_examples(body, extra.examples)
    return additions.with_addition(body, extra.addition) if extra.addition else body


def tree_with(tree: dict[str, Any], extra: Extra) -> dict[str, Any]:
    """The same of one that is decoded."""
    if extra.examples:
        tree = examples.tree_with(tree, extra.examples)
    return additions.tree_with(tree, extra.addition) if extra.addition else tree


def view_with(view: RequestView, extra: Extra) -> RequestView:
    """The same of what signals look at."""
    if extra.examples:
        view = examples.view_with(view, extra.examples)
    return additions.view_with(view, extra.addition) if extra.addition else view
