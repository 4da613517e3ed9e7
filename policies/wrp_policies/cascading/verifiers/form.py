"""Whether an answer has the form that was asked for: JSON, of the schema; calls of tools that exist, as they take them.
It says nothing of what stands in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wrp_policies.cascading.shapes import Unfit, check
from wrp_policies.cascading.types import Answer, Call, Verdict, Wanted
from wrp_signals.facts import Facts

from .spec import Simple

LONGEST = 1 << 18
"""Characters of JSON that are looked at."""


class Schema(Simple, frozen=True, tag="schema"):
    """1 where the answer has the form that the request asked for (any, if it asked for none), else 0. An answer that
    was cut off (`finish_reason: length`) has none. Cannot tell where a schema is too much work, or has keywords that we
    do not know."""

    @property
    def bar(self) -> float:
        """All or nothing."""
        return 1.0

    def judge(self, facts: Facts, wanted: Wanted, answer: Answer) -> Verdict:
        """Evidence names the rule that was broken, not what broke it."""
        if answer.finish_reason == "length":
            return Verdict(0.0, "cut off")
        try:
            if answer.calls:
                for call in answer.calls:
                    _check_call(call, wanted.tools)
            elif wanted.json or wanted.schema is not None:
                _check_text(answer.text, wanted.schema)
        except Unfit as unfit:
            return Verdict(None if unfit.unsure else 0.0, unfit.rule)
        return Verdict(1.0, "the form is right")


def _check_call(call: Call, tools: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises Unfit."""
    if call.name not in tools:
        raise Unfit("a tool that there is not")
    _check_text(call.arguments or "{}", tools[call.name] or {"type": "object"})


def _check_text(text: str, schema: Mapping[str, Any] | None) -> None:
    """Raises Unfit."""
    if len(text) > LONGEST:
        raise Unfit("too long to look at", unsure=True)
    try:
        # not orjson: it takes no numbers beyond 64 bits
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unfit("no JSON") from None
    check(value, {"type": "object"} if schema is None else schema)


def _no_constant(name: str) -> None:
    raise ValueError(name)
