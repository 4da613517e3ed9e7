"""What a router's cache needs while it runs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from wrp_cache import MemoryStore
from wrp_cache.stores.folder import BESIDE
from wrp_router.build.keeping import keeping_of
from wrp_router.build.rooms import assemble
from wrp_router.build.stores import store_of
from wrp_router.config import CacheConfig, Config, Secret
from wrp_router.config.stores import SqliteStore
from wrp_router.zero import config_for


def made(cache: CacheConfig | None) -> Config:
    bare = config_for({"http://127.0.0.1:9": ["m"]}, "127.0.0.1:0")
    return msgspec.structs.replace(bare, cache=cache, secret=Secret("s" * 16))


def test_nothing_without_a_cache():
    """Nobody keeps what is not there."""
    assert keeping_of(assemble(made(None))) is None


def test_a_cache_in_memory_has_nothing_beside_it():
    """Its indexes are finished all the same."""
    keeping = keeping_of(assemble(made(CacheConfig())))
    assert keeping is not None
    assert keeping.snapshots is None


def test_a_file_has_its_snapshots_beside_it(tmp_path: Path):
    """Sealed by the secret; unless the answers are not in the file after all, as in a rehearsal."""
    config = made(CacheConfig(store=SqliteStore(path=str(tmp_path / "x.db"), snapshots=7.0)))
    keeping = keeping_of(assemble(config, store=store_of))
    assert keeping is not None
    snapshots = keeping.snapshots
    assert snapshots is not None
    assert (snapshots._folder._path, snapshots._every) == (str(tmp_path / "x.db") + BESIDE, 7.0)
    parts = assemble(config, store=lambda config, secret: MemoryStore())
    rehearsed = keeping_of(parts)
    assert rehearsed is not None
    assert rehearsed.snapshots is None
    assert parts.secret not in snapshots._key
    assert not list(tmp_path.iterdir())
