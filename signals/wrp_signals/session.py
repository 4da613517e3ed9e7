"""By what a request's conversation is known. The name itself stays in the view; it is nobody's evidence."""

from __future__ import annotations

from typing import ClassVar

from .facts import Reading, RequestView
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Spec

FINGERPRINT = "fp:"
"""How names begin that the router gave, by the system prompt and the first question. Clients' names never do."""


class SessionSpec(Spec, frozen=True, tag="session"):
    """`named` where the client names its conversation in a header or a field, `fingerprint` where the router knows it
    by how it began, `none` where there is nothing to go by."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True

    def build(self, materials: Materials | None = None) -> Session:
        return Session()


class Session:
    """Value: "named", "fingerprint" or "none"; score: how sure it is that one name is one conversation. Two people who
    begin alike share a fingerprint, and the first request of a conversation looks like any other such."""

    value_type: ValueType = SessionSpec.value_type
    tier: Tier = "none"
    expected_cost = 1e-6

    def read(self, view: RequestView, vector: object = None) -> Reading:
        if not view.session:
            return NONE
        if not view.session.startswith(FINGERPRINT):
            return NAMED
        return GROWN if len(view.messages) > GROWING else BEGUN


GROWING = 2
"""Messages from which on a conversation has more than a system prompt and its first question."""

NONE = Reading("none", 0.0)
NAMED = Reading("named")
GROWN, BEGUN = Reading("fingerprint", 0.8), Reading("fingerprint", 0.5)
"""Set by hand."""
