"""What a request may ask for and what it takes of its tenant's account: set aside before an engine is asked, settled
once, however it ends. What comes from the cache takes nothing.
"""

from __future__ import annotations

from math import isinf

from wrp_router.accounts import Accounts, Charge, Refused, Reserved
from wrp_router.accounts.accounts import nanos
from wrp_router.errors import Forbidden, Overloaded, RateLimited, RouterError

from .asks import Ask
from .commands import Flow, Reserve, Settle
from .pricing import prompt_of
from .rooms import Way
from .story import Story

PATIENCE = 60.0
"""Seconds. Whoever would have to wait for longer is told not to try again by itself."""


def permit(ask: Ask, accounts: Accounts) -> None:
    """Raises Forbidden where the tenant may not ask for that model."""
    terms = accounts.of(ask.view.tenant)
    if terms is not None and terms.models is not None and ask.view.model not in terms.models:
        raise Forbidden(
            f"This key may not ask for the model {ask.view.model!r}.", code="model_not_allowed", param="model"
        )


def lead(ask: Ask, accounts: Accounts, way: Way) -> None:
    """Raises Forbidden where routing leads the tenant where it may not go."""
    terms = accounts.of(ask.view.tenant)
    if terms is not None and terms.routes is not None and way.name not in terms.routes:
        raise Forbidden(
            f"This key may not use the route {way.name!r}, which takes the request.", code="route_not_allowed"
        )


def reserve(ask: Ask, accounts: Accounts, story: Story, way: Way) -> Flow[None]:
    """Sets aside the most that the request may take, before it waits for room or asks anybody. Raises RateLimited, and
    Overloaded where nobody knows how the account stands."""
    terms = accounts.of(ask.view.tenant)
    if terms is None or terms.quota.unlimited():
        return
    view, planner = ask.view, way.planner
    answer = 0 if view.operation == "embedding" else view.max_tokens
    asked_all = planner.cascade is not None or planner.consulting is not None
    most = accounts.most(way.pools, ask.prompt_tokens, answer, view.n, all_of_them=asked_all)
    said: Reserved | Refused = yield Reserve(view.tenant, ask.id, most)
    story.levels = said.levels
    if isinstance(said, Refused):
        raise _refusal(said)
    story.reserved = most


def settlement(ask: Ask, story: Story) -> Settle:
    """What all attempts and questions took, whoever ended them."""
    tokens, cost = 0, 0.0
    prompt = ask.prompt_tokens
    for outcome in (*story.outcomes, *story.inquiries):
        tokens += prompt_of(outcome, prompt) + outcome.tokens_out
        cost += outcome.cost
    return Settle(ask.view.tenant, ask.id, Charge(1, tokens, nanos(cost)))


def _refusal(said: Refused) -> RouterError:
    if said.kind is None:
        message = "The limits of this key cannot be looked up at the moment."
        return Overloaded(message, code="limits_unavailable", retry_after=said.wait)
    late = said.wait > PATIENCE
    wait = None if isinf(said.wait) else said.wait
    if said.kind == "concurrent":
        message = "This key has as many requests under way as it may have at a time."
        return RateLimited(message, retry_after=wait, final=late)
    limit = {level.kind: level.limit for level in said.levels}[said.kind]
    if said.kind == "budget":
        message = f"The budget of this key, ${limit / 1e9:g}, does not allow this request."
        return RateLimited(message, code="insufficient_quota", retry_after=wait, final=late)
    what = "more than its limit at any time" if wait is None else "more than is left"
    message = f"This key may use {limit} {said.kind} in its window; this request wants {said.wanted}, {what}."
    return RateLimited(message, retry_after=wait, final=late)
