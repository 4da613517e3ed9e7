"""Whether a conversation has gone on before: single or multi. It counts turns of people, not steps of tools."""

from __future__ import annotations

from typing import ClassVar

from .facts import Reading, RequestView
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Spec

ANSWERED, UNANSWERED, BEGUN = 1.0, 0.6, 0.9
"""How sure: the person spoke again after an answer; spoke twice without one (often one message in two parts); what the
assistant said stands first or last, which may be a greeting, or the beginning that the answer is to have."""


class TurnSpec(Spec, frozen=True, tag="turn"):
    """`multi` where the user speaks for at least the second time, else `single`. Calls and results of tools in between
    are part of one turn."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False

    def build(self, materials: Materials | None = None) -> Turn:
        return Turn()


class Turn:
    """Value: "single" or "multi"; score: how sure; evidence: how often who spoke."""

    value_type: ValueType = TurnSpec.value_type
    tier: Tier = "none"
    expected_cost = 2e-6

    def read(self, view: RequestView, vector: object = None) -> Reading:
        messages = view.messages
        if len(messages) < 2:
            return SINGLE
        asked = answered = 0
        again = False
        for message in messages:
            if message.role == "user":
                again = again or (asked > 0 and answered > 0)
                asked += 1
            elif message.role == "assistant" and not message.tool_calls:
                answered += 1
        if asked < 2:
            return Reading("single", BEGUN, (f"{answered} answers",)) if answered else SINGLE
        return Reading("multi", ANSWERED if again else UNANSWERED, (f"{asked} questions, {answered} answers",))


SINGLE = Reading("single")
