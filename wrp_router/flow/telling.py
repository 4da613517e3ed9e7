"""What the headers of an answer say beyond where it comes from, to those who are told: why it went there and what was
read of it, and the same under the names of another router. It decides nothing, and quotes nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wrp_router.wire.headers import SIGNALS, WHY, Headers

from .asks import Tell

if TYPE_CHECKING:
    from .story import Story

LONGEST_WHY, LONGEST_SIGNALS = 1000, 4000
"""Characters: clients and proxies refuse heads of more than 8 KB or so."""


def told(story: Story) -> tuple[tuple[str, str], ...]:
    """Name and value of each header that this request's caller is told; values are printable ASCII in one line."""
    return tuple([pair for tell in story.ask.tells for pair in _TOLD[tell](story)])


def _explained(story: Story) -> Headers:
    """Why, in a sentence, and the readings as JSON. Evidence is left out, and so is what a neighbour in the cache was
    about: both quote prompts, the latter another request's."""
    return [(WHY, line("; ".join(_reasons(story)), LONGEST_WHY)), (SIGNALS, _signals(story))]


def _reasons(story: Story) -> Iterator[str]:
    if story.hit is not None:
        alike = "the same request" if story.hit.kind == "exact" else f"similarity {story.hit.similarity:.3f}"
        yield f"answered from the cache: {alike}"
        return
    yield story.why or ("no route was asked" if not story.route else story.route)
    plan = story.plan
    if plan is not None and plan.why:
        yield plan.why + (f" (propensity {plan.propensity:.3f})" if plan.propensity < 1.0 else "")
    if story.vetoes:
        kinds = dict.fromkeys([veto.evidence.partition(":")[0] for veto in story.vetoes])
        yield f"not from the cache: {', '.join(kinds)}"
    if story.absent:
        yield f"unknown: {', '.join(sorted(story.absent))}"


def _signals(story: Story) -> str:
    """As much of it as there is room for, in the order in which it was read."""
    parts: list[str] = []
    room = LONGEST_SIGNALS
    for name, reading in story.readings.items():
        part = f"{json.dumps(name)}:{json.dumps([reading.value, round(reading.score, 3)], separators=(',', ':'))}"
        room -= len(part) + 1
        if room < 0:
            break
        parts.append(part)
    return "{" + ",".join(parts) + "}"


_PHASES: Final = {"tools": "tool_loop", "state": "provider_state", "": "user_turn"}


def _vsr(story: Story) -> Headers:
    """As vLLM Semantic Router says it. There is no selected model where nobody was asked: its readers take that for a
    hit."""
    facts, plan = story.facts, story.plan
    pairs = [("x-vsr-replay-id", facts.id), ("x-vsr-context-token-count", str(facts.prompt_tokens))]
    if story.route:
        pairs.append(("x-vsr-selected-decision", story.route))
    if story.hit is not None:
        pairs.append(("x-vsr-cache-hit", "true"))
    elif story.model:
        pairs.append(("x-vsr-selected-model", story.model))
    if plan is not None and plan.policy:
        pairs.append(("x-vsr-selected-algorithm", plan.policy))
    category = story.readings.get("category")
    if category is not None:
        pairs.append(("x-vsr-selected-category", str(category.value)))
        pairs.append(("x-vsr-selected-confidence", f"{category.score:.4f}"))
    phase = "new_session" if facts.turns < 2 and not facts.bound else _PHASES[facts.bound]
    return [*[(name, line(value, LONGEST_WHY)) for name, value in pairs], ("x-vsr-session-phase", phase)]


_TOLD: Final[Mapping[Tell, Callable[[Story], Headers]]] = MappingProxyType({"why": _explained, "vsr": _vsr})


def line(text: str, most: int) -> str:
    """Printable ASCII: everything else as Python writes it in a string."""
    plain = "".join([one if " " <= one <= "~" else one.encode("unicode_escape").decode() for one in text])
    return plain if len(plain) <= most else plain[: most - 3] + "..."
