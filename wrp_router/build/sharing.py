"""From the parts of a router to what its policies share with other routers. It opens nothing: that is for when the
router runs."""

from __future__ import annotations

import logging
import os
from time import time

from wrp_policies.learning.ledger import Ledger
from wrp_router.live.remembering import Handed, Ledgers
from wrp_router.live.telling import LARGEST, Telling, name_of

from .rooms import Assembly
from .stores import server_of

log = logging.getLogger(__name__)


def ledgers_of(parts: Assembly, handed: Handed) -> Ledgers:
    """One for each part of a policy that can be learned together; policies have taken up what was kept, and this was
    `handed` over with it."""
    learned = parts.config.learned
    if learned is None or learned.redis is None:
        return {}
    now = time()
    return {
        way.name: {
            part: Ledger(sharing, os.urandom(8), now, handed.get(way.name, {}).get(part))
            for part, sharing in way.planner.shared.items()
        }
        for way in parts.rooms.ways
        if way.planner.shared
    }


def telling_of(parts: Assembly, ledgers: Ledgers) -> Telling | None:
    """What tells other routers, if there is anything to tell. Raises ModuleNotFoundError for want of a library, which
    is imported here: who does not use it shall not wait for it."""
    learned = parts.config.learned
    if learned is None or learned.redis is None or not ledgers:
        return None
    from wrp_cache.stores.cell import Cells
    from wrp_cache.stores.seal import Sealer

    prefix = f"wrp:{learned.redis.namespace}:learned:"
    keyed = {}
    for way in parts.rooms.ways:
        for part, ledger in ledgers.get(way.name, {}).items():
            name = name_of(parts.secret, way.name, part, way.planner.kind, ledger.sharing.common)
            keyed[(prefix + name).encode()] = ledger
    log.info("what is learned is shared with other routers, by route: %s", ", ".join(ledgers))
    sealer = Sealer(parts.secret, prefix.encode())
    return Telling(Cells(server_of(learned.redis), LARGEST), keyed, sealer, learned.every, learned.redis.deadline)
