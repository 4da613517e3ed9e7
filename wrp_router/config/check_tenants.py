"""Tenants: each is one, may ask for what there is, and is known by some key."""

from __future__ import annotations

from wrp_router.accounts import OTHERS

from .check_stores import server
from .checked import Checked
from .problems import nearest, shown
from .structs import Config, TenantConfig, TenantLimits

NO_LIMITS = TenantLimits()


def limited(checked: Checked) -> None:
    """Each is there once, has a key, and is limited to models and routes that exist."""
    config = checked.config
    seen: dict[str, TenantConfig] = {}
    keyed = {key.tenant for key in config.keys}
    for tenant in config.tenants:
        first = seen.setdefault(tenant.name, tenant)
        at = checked.at(tenant, "name")
        if first is not tenant:
            line = checked.at(first).line
            checked.problems.add(at, "E022", f"the tenant {shown(tenant.name)} is also on line {line}", "keep one")
        if tenant.name not in keyed and tenant.name not in ("local", OTHERS) and not config.issues:
            message = f"no key is of the tenant {shown(tenant.name)}: nothing of this ever holds"
            checked.problems.add(at, "W004", message, "add a key for it, or remove it")
        _known(checked, tenant)
    if config.accounts.redis is not None:
        server(checked, config.accounts.redis, "what tenants use, and the password,")
        if not any(tenant.limits != NO_LIMITS for tenant in config.tenants):
            at = checked.at(config.accounts, "redis")
            checked.problems.add(
                at, "W004", "no tenant has limits: nothing is counted", "give one limits, or take it out"
            )


def _known(checked: Checked, tenant: TenantConfig) -> None:
    models, routes = askable(checked.config), [route.name for route in checked.config.routes]
    if any(pool.model == "*" for pool in checked.config.pools):
        models = [*models, *(tenant.models or ())]
    if not checked.has_all_routes:
        routes = [*routes, *(tenant.routes or ())]
    for field, names, there in (("models", tenant.models, models), ("routes", tenant.routes, routes)):
        for name in names or ():
            if name not in there:
                message = f"there is no {field[:-1]} {shown(name)} that a client could ask for"
                checked.problems.add(checked.at(tenant, field), "E023", message, nearest(name, there))


def askable(config: Config) -> list[str]:
    """The names that a client may ask for, the automatic ones first; of adapters those that are written out."""
    models = [pool.model for pool in config.pools if pool.model != "*"]
    adapters = [name for pool in config.pools for name in pool.adapters if not name.endswith("*")]
    return list(dict.fromkeys([*config.auto, *models, *adapters]))
