"""Who may do what, said at every start: what nobody reads in a configuration is read here."""

from __future__ import annotations

from wrp_router.config.address import is_loopback, split_address
from wrp_router.config.structs import Config, TenantLimits

NO_LIMITS = TenantLimits()


def guard(config: Config) -> str:
    """Who may call, in a few words."""
    if not config.keyed:
        return "no keys: everybody on this host may call"
    said = [f"{len(config.keys)} keys"] if config.keys else []
    if config.keys_file is not None:
        said.append(f"keys of {config.keys_file.path}")
    if config.keys_redis is not None:
        said.append(f"keys of {config.keys_redis.url}")
    return " and ".join(said)


def security(config: Config) -> list[str]:
    """Lines on who may call from where, what is open, and what is kept apart. No secret is in them."""
    lines = [f"  callers: {guard(config)}; from {_reach(config.listen)}; TLS: none here, put it before the router"]
    if config.admin is None:
        lines.append("  admin: off" + (", /metrics for keys with admin: true" if config.keyed else ""))
    else:
        admins = sum([key.admin for key in config.keys])
        who = f"{admins} keys with admin: true, and such of the file" if config.keyed else "everybody on this host"
        lines.append(f"  admin: {config.admin}, from {_reach(config.admin)}, for {who}")
    limited = sum([tenant.limits != NO_LIMITS for tenant in config.tenants])
    if config.tenants:
        where = "by each process for itself" if config.accounts.redis is None else "by a server that routers share"
        counted = f", counted {where}" if limited else ""
        lines.append(f"  tenants: {len(config.tenants)} with terms, {limited} with limits{counted}")
    if config.keyed:
        apart = [pool.name for pool in config.pools if pool.kv_isolation == "tenant"]
        kept = ", ".join(apart) if apart else "of no pool"
        lines.append(f"  prompts of tenants are kept apart in engines' caches: {kept}")
    clear = [pool.name for pool in config.pools for server in pool.servers if _in_the_clear(server.url)]
    if clear:
        lines.append(f"  to other machines without TLS: {', '.join(dict.fromkeys(clear))}")
    if config.secret is None:
        lines.append("  secret: a random one, another at the next start")
    return lines


def _reach(listen: str) -> str:
    address = split_address(listen)
    return "this host alone" if address is None or is_loopback(address[0]) else "other machines"


def _in_the_clear(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0]
    address = split_address(host if ":" in host else f"{host}:80")
    return url.startswith("http://") and address is not None and not is_loopback(address[0])
