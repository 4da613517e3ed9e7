"""Facts about the bodies of /v1/models."""

import orjson

from wrp_router.wire.models import listing, single

QWEN = ("org/qwen3-8b", 1_700_000_000, "wrp")
SHOWN = {"id": "org/qwen3-8b", "object": "model", "created": 1_700_000_000, "owned_by": "wrp"}


def test_models_are_listed_in_order() -> None:
    """In OpenAI's shape."""
    assert orjson.loads(listing([QWEN, ("auto", 0, "wrp")])) == {
        "object": "list",
        "data": [SHOWN, {"id": "auto", "object": "model", "created": 0, "owned_by": "wrp"}],
    }
    assert orjson.loads(listing([])) == {"object": "list", "data": []}


def test_one_model() -> None:
    """Is shown as in the list."""
    assert orjson.loads(single(QWEN)) == SHOWN
