"""From the parts of a router to what it answers that is neither from an engine nor always the same: what the admin
listener says of the cache, and what is said of answers."""

from __future__ import annotations

import hashlib
from time import time

from wrp_cache.stores import Archive
from wrp_cache.transfer import Heading
from wrp_router.live.admin import CacheDesk
from wrp_router.live.feedback import FeedbackDesk
from wrp_router.live.pacing import pace_of
from wrp_router.live.siblings import ALONE, Siblings
from wrp_router.live.visit import Desk
from wrp_router.record import Watcher
from wrp_router.wire.paths import Purpose

from .caching import bars_of
from .rooms import Assembly
from .shelving import purger


def desks_of(parts: Assembly, siblings: Siblings = ALONE) -> dict[Purpose, Desk]:
    """None where there is no cache."""
    config, cache = parts.config, parts.rooms.cache
    if cache is None or config.cache is None:
        return {}
    embedder = parts.embedder.id if parts.embedder is not None else ""
    desk = CacheDesk(
        cache,
        parts.store if isinstance(parts.store, Archive) else None,
        bars_of(config.cache),
        lambda: heading_of(parts.secret, embedder),
        keyed=config.keyed,
        pace=pace_of(config.clients, config.timeouts.body),
        longest=config.cache.max_entry,
        forget=purger(parts.rooms.ways),
        siblings=siblings,
    )
    return desk.desks()


def feedback_of(parts: Assembly, tell: Watcher, siblings: Siblings = ALONE) -> dict[Purpose, Desk]:
    """Where answers are judged; none where no decision waits for that."""
    decisions = parts.rooms.decisions
    if decisions is None:
        return {}
    pace = pace_of(parts.config.clients, parts.config.timeouts.body)
    return FeedbackDesk(decisions, tell, pace, siblings).desks()


def heading_of(secret: bytes, embedder: str) -> Heading:
    """What an export begins with, taken now. It stands for the secret and gives nothing of it away."""
    return Heading(embedder, hashlib.blake2b(b"wrp-cache", key=secret, digest_size=8).hexdigest(), time())
