"""The bodies of `/v1/models`. It refuses to know which models there are."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

Model = tuple[str, int, str]
"""A model's id, when it was created (seconds since the epoch), and who owns it."""


def listing(models: Iterable[Model]) -> bytes:
    """The body of `GET /v1/models`, in the order given."""
    return orjson.dumps({"object": "list", "data": [_shown(model) for model in models]})


def single(model: Model) -> bytes:
    """The body of `GET /v1/models/{id}`."""
    return orjson.dumps(_shown(model))


def _shown(model: Model) -> dict[str, str | int]:
    name, created, owner = model
    return {"id": name, "object": "model", "created": created, "owned_by": owner}
