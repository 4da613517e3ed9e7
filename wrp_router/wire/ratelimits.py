"""How an account stands, in the headers that SDKs and their users know: `x-ratelimit-*` as OpenAI spells them, and
`anthropic-ratelimit-*`. The budget, in US$, is under a name of ours beside them.
"""

from __future__ import annotations

from math import ceil

from wrp_router.accounts import Level
from wrp_signals.facts import Operation

BUDGET_LIMIT = "x-wrp-budget-limit"
BUDGET_REMAINING = "x-wrp-budget-remaining"
LIMITS = ("x-ratelimit-", "anthropic-ratelimit-")

Headers = list[tuple[str, str]]


def limits_of(operation: Operation, levels: tuple[Level, ...]) -> Headers:
    """`limit`, `remaining` and `reset` of each. Anthropic's own `reset` is a date, which would need the time of day;
    there it is left out."""
    headers: Headers = []
    for level in levels:
        kind = level.kind
        if kind == "budget":
            headers += ((BUDGET_LIMIT, _dollars(level.limit)), (BUDGET_REMAINING, _dollars(level.remaining)))
        elif operation == "messages":
            name = f"anthropic-ratelimit-{kind}"
            headers += ((f"{name}-limit", str(level.limit)), (f"{name}-remaining", str(level.remaining)))
        else:
            headers += (
                (f"x-ratelimit-limit-{kind}", str(level.limit)),
                (f"x-ratelimit-remaining-{kind}", str(level.remaining)),
                (f"x-ratelimit-reset-{kind}", spelt(level.reset)),
            )
    return headers


def spelt(seconds: float) -> str:
    """As OpenAI spells durations: `6m0s`, `1s`, `250ms`."""
    if seconds < 1:
        return f"{ceil(seconds * 1e3)}ms"
    whole = ceil(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{whole % 60}s"


def _dollars(nanos: int) -> str:
    return f"{nanos / 1e9:.6f}".rstrip("0").rstrip(".")
