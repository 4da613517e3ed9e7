"""From the parts of a router to what its cache and its policies need while it runs. Of files it
reads only what was learned; the rest is for when it starts."""

from __future__ import annotations

from hashlib import blake2b

from wrp_cache import Cache
from wrp_cache.stores import Archive
from wrp_cache.stores.folder import BESIDE, Folder
from wrp_router.config.stores import SqliteStore
from wrp_router.live.keeping import Keeping
from wrp_router.live.remembering import Remembering
from wrp_router.live.snapshots import Snapshots
from wrp_router.live.telling import Telling

from .rooms import Assembly
from .sharing import ledgers_of, telling_of
from .shelving import purger


def remembering_of(parts: Assembly, suffix: str = "") -> Remembering | None:
    """What keeps what policies learn, if it is to be kept, in the file with that `suffix`; they have taken up what is
    there."""
    learned = parts.config.learned
    if learned is None or learned.file is None:
        return None
    remembering = Remembering(learned.file + suffix, {way.name: way.planner for way in parts.rooms.ways}, learned.every)
    remembering.recall()
    return remembering


def learning_of(parts: Assembly, suffix: str = "") -> tuple[Remembering | None, Telling | None]:
    """What keeps what policies learn, and what shares it, if that is wanted; what is kept is taken up first."""
    remembering = remembering_of(parts, suffix)
    ledgers = ledgers_of(parts, remembering.handed if remembering is not None else {})
    if remembering is not None:
        remembering.ledgers = ledgers
    return remembering, telling_of(parts, ledgers)


def keeping_of(parts: Assembly) -> Keeping | None:
    """What keeps the cache, if there is one."""
    cache, config = parts.rooms.cache, parts.config.cache
    if cache is None or config is None:
        return None
    archive = parts.store if isinstance(parts.store, Archive) else None
    snapshots = _snapshots(parts, cache, config.store, archive) if isinstance(config.store, SqliteStore) else None
    return Keeping(cache, archive, snapshots, purger(parts.rooms.ways))


def _snapshots(parts: Assembly, cache: Cache, store: SqliteStore, archive: Archive | None) -> Snapshots | None:
    """What stands beside a file of answers; None where the answers are not in the file after all."""
    from wrp_cache.stores.sqlite import SqliteArchive

    if not isinstance(archive, SqliteArchive):
        return None
    key = blake2b(b"wrp-cache-index", key=parts.secret, digest_size=32).digest()
    embedder = parts.embedder.id if parts.embedder is not None else ""
    return Snapshots(cache, Folder(store.path + BESIDE), key, embedder, store.snapshots, archive.loaded)
