"""Errors by whose fault they are."""

from __future__ import annotations

import pytest

from wrp_router import errors
from wrp_router.errors import BadRequest, RouterError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, RouterError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_complete(kind: type[RouterError]):
    """A status that is an error's, a type and a code of its own, and a word on when it happens."""
    assert 400 <= kind.status <= 599
    assert kind.kind.endswith("_error")
    assert kind.code.replace("_", "").isalpha()
    assert kind.__doc__
    assert (kind.kind == "server_error") == (kind.status >= 500)


def test_codes_differ():
    """Whoever reads one knows which error it was."""
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_one_error_may_say_more():
    """A code of its own, the field, when to come back, and that it was tried often enough."""
    error = BadRequest("too deep", code="too_deep", param="messages", retry_after=2.0, final=True)
    assert str(error) == error.message == "too deep"
    assert (error.code, error.param, error.retry_after, error.final) == ("too_deep", "messages", 2.0, True)
    assert (error.status, error.kind) == (400, "invalid_request_error")


def test_unless_told_otherwise():
    """The code of its kind, and nothing else."""
    error = BadRequest("no")
    assert (error.code, error.param, error.retry_after, error.final) == ("invalid_request", None, None, False)
