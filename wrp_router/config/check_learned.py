"""What policies learn where there are several routers: how they reach each other, and what stays each one's own."""

from __future__ import annotations

from collections.abc import Iterator

from wrp_policies.selection import Elo, Shadow, TrackAndStop
from wrp_policies.selection.contextual import Contextual

from .check_stores import server
from .checked import Checked
from .stores import RedisStore

TOGETHER, ALONE = (Contextual, TrackAndStop), Elo
"""Kinds that learn: those that can do so together with other routers' (`Shares`), and those that cannot."""


def shared(checked: Checked) -> None:
    """The server can be reached; and what is there is believed by the secret that it is sealed with."""
    learned = checked.config.learned
    if learned is None or learned.redis is None:
        return
    if checked.config.secret is None and not checked.is_set(checked.config, "secret"):
        message = "without a secret, which is another in each router then, no router believes what others learned"
        hint = "add secret: ${WRP_SECRET}, beside version"
        checked.problems.add(checked.at(learned, "redis"), "E046", message, hint)
    server(checked, learned.redis, "what is learned, and the password,")


def apart(checked: Checked) -> None:
    """Where routers share a server, of answers or of what is learned, it is said what they do not share."""
    config = checked.config
    together = config.learned is not None and config.learned.redis is not None
    if not together and (config.cache is None or not isinstance(config.cache.store, RedisStore)):
        return
    for route in config.routes:
        for use in _within(route.use):
            kind = use.__struct_config__.tag  # type: ignore[attr-defined]
            if isinstance(use, ALONE) or (isinstance(use, TOGETHER) and not together):
                spends = " and spends" if isinstance(use, Contextual) and use.budget is not None else ""
                hint = "" if isinstance(use, TOGETHER) else f"{kind} cannot learn together; linucb can, for one"
                message = f"what {kind} learns{spends} is each router's own"
                checked.problems.add(checked.at(use), "W015", message, hint)


def _within(use: object) -> Iterator[object]:
    """A policy, or the two that it is made of."""
    if isinstance(use, Shadow):
        yield use.use
        yield use.shadow
    else:
        yield use
