"""What each tenant may ask for and use, and what a request may cost at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from .words import NANO, OTHERS, Charge, Quota

UNLIMITED = Quota()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tenant may ask for: names of models, and routes that `auto` may lead it to. None: all there are."""

    models: frozenset[str] | None = None
    routes: frozenset[str] | None = None
    quota: Quota = UNLIMITED


@dataclass(frozen=True, slots=True)
class Accounts:
    """`terms` by tenant, those of OTHERS for who is not there; without such, those may do anything. `prices` by pool:
    US$ per million tokens of prompts and of answers. `assumed`: the tokens of an answer to a request that sets no
    bound."""

    terms: Mapping[str, Terms]
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    assumed: int = 1024

    def of(self, tenant: str) -> Terms | None:
        """None: it may do anything."""
        terms = self.terms.get(tenant)
        return terms if terms is not None else self.terms.get(OTHERS)

    def without_limits(self) -> Accounts:
        """What may be asked for stays as it is; how much is used does not matter."""
        return replace(self, terms={name: replace(one, quota=UNLIMITED) for name, one in self.terms.items()})

    def most(self, pools: Sequence[str], prompt: int, answer: int | None, answers: int, *, all_of_them: bool) -> Charge:
        """What a request to these pools may take: one attempt at the dearest, or (`all_of_them`) one at each. `prompt`
        and `answer` are tokens, of which there may be several `answers`."""
        out = (self.assumed if answer is None else answer) * answers
        costs = [cost_nanos(*self.prices.get(pool, (0.0, 0.0)), prompt, out) for pool in pools]
        if all_of_them:
            return Charge(1, (prompt + out) * max(1, len(costs)), sum(costs))
        return Charge(1, prompt + out, max(costs, default=0))


def cost_nanos(price_in: float, price_out: float, prompt: int, answer: int) -> int:
    """At prices in US$ per million tokens."""
    return ceil((prompt * price_in + answer * price_out) * 1e-6 * NANO)


def nanos(dollars: float) -> int:
    """Rounded up: nothing that costs something is free."""
    return ceil(round(dollars * NANO, 3))
