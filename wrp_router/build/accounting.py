"""From the configuration to what tenants may ask for and use, and who counts it."""

from __future__ import annotations

from collections.abc import Mapping

from wrp_router.accounts import Accounts, Ceiling, Quota, Terms
from wrp_router.accounts.accounts import nanos
from wrp_router.config.structs import Config, TenantConfig, TenantLimits
from wrp_router.config.tenants import amount_of
from wrp_router.live.accounting import Accounting, OwnBooks

from .stores import server_of
from .terms import longest_of

SLACK = 60.0
"""Seconds by which what is set aside outlives the longest request: only a router that was killed leaves it so long."""


def accounts_of(config: Config) -> Accounts | None:
    """None where nobody is limited: then nothing is asked about anybody."""
    if not config.tenants:
        return None
    return Accounts(
        terms={tenant.name: _terms(tenant, config.auto) for tenant in config.tenants},
        prices={pool.name: (pool.price.input, pool.price.output) for pool in config.pools},
        assumed=config.accounts.assume,
    )


def accounting_of(config: Config, accounts: Accounts | None) -> Accounting | None:
    """Who counts, if anything is to be counted. Raises ModuleNotFoundError for want of a library, which is imported
    here: who does not use it shall not wait for it."""
    quotas, shared = quotas_of(accounts), config.accounts.redis
    if not quotas:
        return None
    if shared is None:
        return OwnBooks(quotas)
    from wrp_router.live.ledger import Ledger
    from wrp_router.live.shared_books import SharedBooks

    ledger = Ledger(server_of(shared), quotas, shared.namespace, max(longest_of(config)) + SLACK, shared.deadline)
    return SharedBooks(ledger, quotas, config.accounts.on_loss, shared.deadline)


def quotas_of(accounts: Accounts | None) -> Mapping[str, Quota]:
    """By tenant, of those whose use is limited."""
    terms = accounts.terms if accounts is not None else {}
    return {name: one.quota for name, one in terms.items() if not one.quota.unlimited()}


def _terms(tenant: TenantConfig, auto: tuple[str, ...]) -> Terms:
    """Who may only be led to some routes could otherwise go round them by a model's own name."""
    models = tenant.models if tenant.models is not None or tenant.routes is None else auto
    return Terms(
        models=None if models is None else frozenset(models),
        routes=None if tenant.routes is None else frozenset(tenant.routes),
        quota=_quota(tenant.limits),
    )


def _quota(limits: TenantLimits) -> Quota:
    budget = None
    if limits.budget is not None:
        dollars, seconds = amount_of(limits.budget)
        budget = Ceiling(nanos(dollars), seconds)
    return Quota(_ceiling(limits.requests), _ceiling(limits.tokens), budget, limits.concurrent)


def _ceiling(text: str | None) -> Ceiling | None:
    if text is None:
        return None
    most, seconds = amount_of(text)
    return Ceiling(int(most), seconds)
