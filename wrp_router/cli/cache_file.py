"""The cache in a SQLite file, while no router has it open."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import IO

import msgspec

from wrp_cache.stores.offline import Offline
from wrp_cache.stores.rows import Damaged, Unwritable
from wrp_cache.transfer import Broken, Foreign, Heading, Imported, entry_of, line, opened
from wrp_cache.types import Entry
from wrp_router.build.desk import heading_of
from wrp_router.build.embedders import model_of
from wrp_router.build.rooms import secret_of
from wrp_router.build.stores import ttl_of
from wrp_router.config.structs import Config
from wrp_signals import TierMissing
from wrp_signals.facts import Vector

from .progress import Bar
from .reading import read
from .telling import CannotDo, Told

_BATCH = 128
_FEW = 5


class File:
    """`path` as a router of this configuration keeps it; to look and to purge, no configuration is needed."""

    def __init__(self, path: str, config: str | None) -> None:
        self._path, self._config = path, config

    def stats(self) -> Told:
        with self._opened(None) as file:
            entries, size, old = file.totals()
        return {"cache": {"entries": entries, "bytes": size, "expired": old, "file": os.path.getsize(self._path)}}

    def purge(self, tenant: str | None, partition: str | None) -> Told:
        try:
            where = None if partition is None else base64.b64decode(partition, validate=True)
        except binascii.Error:
            raise CannotDo("--partition is in base64, as an export has it") from None
        with self._opened(None) as file:
            return {"purged": file.purge(tenant, where)}

    def export(self, to: IO[bytes], bar: Bar) -> Told:
        config = self._configured()
        heading, skipped = self._heading(config), 0
        with self._opened(config) as file:
            total = max(1, file.totals()[0])
            size = to.write(msgspec.json.encode(heading) + b"\n")
            done = 0
            for entry, vector in file.entries():
                try:
                    size += to.write(line(entry, vector if heading.embedder else None, heading.taken))
                    done += 1
                except UnicodeEncodeError:
                    skipped += 1
                bar("export", (done + skipped) / total)
            return {"exported": done, "broken": file.broken + skipped, "bytes": size}

    def import_(self, source: IO[bytes], size: int, bar: Bar) -> Told:
        config = self._configured()
        here = self._heading(config)
        try:
            first = source.readline()
            heading = opened(first, here)
        except Foreign as foreign:
            raise CannotDo(f"this export is of no use in {self._path}: {foreign}") from None
        with self._opened(config) as file:
            gone = max(0.0, here.taken - heading.taken)
            counts = _Counts(file, here.embedder)
            done = len(first)
            for number, text in enumerate(source, 2):
                counts.take(number, text, here.taken - gone)
                done += len(text)
                bar("import", done / size if size else 0.0)
            counts.write()
            return msgspec.to_builtins(counts.told())  # type: ignore[no-any-return]

    def _configured(self) -> Config:
        if self._config is None:
            raise CannotDo("the rows are sealed with a secret: say which configuration has it, with -c FILE")
        config = read(self._config)
        if config is None:
            raise CannotDo(f"{self._config} cannot be served: see above")
        if config.cache is None:
            raise CannotDo(f"{self._config} has no cache, so nothing is known of how long its rows live")
        if config.secret is None:
            raise CannotDo(f"{self._config} has no secret, with which the rows are sealed")
        return config

    def _heading(self, config: Config) -> Heading:
        try:
            embedder = model_of(config)
        except TierMissing as missing:
            raise CannotDo(str(missing)) from None
        return heading_of(secret_of(config), embedder.id if embedder is not None else "")

    @contextmanager
    def _opened(self, config: Config | None) -> Iterator[Offline]:
        secret = secret_of(config) if config is not None else b""
        ttl = ttl_of(config.cache) if config is not None and config.cache is not None else lambda category: 0.0
        try:
            file = Offline(self._path, secret, ttl, time())
            try:
                yield file
            finally:
                file.close()
        except Unwritable as error:
            raise CannotDo(f"{self._path}: {error}; of a router that runs, ask with --url") from None
        except Damaged as error:
            raise CannotDo(f"{self._path} is damaged ({error}): a router that starts sets it aside") from None


class _Counts:
    """Entries on their way into a file, some at a time, and what became of them."""

    def __init__(self, file: Offline, embedder: str) -> None:
        self._file, self._embedder = file, embedder
        self._waiting: list[tuple[Entry, Vector | None]] = []
        self._kept = self._refused = self._broken = 0
        self._where: tuple[int, ...] = ()

    def take(self, number: int, text: bytes, taken: float) -> None:
        try:
            entry, vector = entry_of(text, taken)
            entry.asked.encode()
            entry.tenant.encode()
        except (Broken, UnicodeEncodeError):
            self._broken += 1
            self._where = self._where if len(self._where) == _FEW else (*self._where, number)
            return
        if entry.embedder not in ("", self._embedder):
            self._refused += 1
            return
        self._waiting.append((entry, vector))
        if len(self._waiting) == _BATCH:
            self.write()

    def write(self) -> None:
        written = self._file.put(self._waiting)
        self._kept += written
        self._refused += len(self._waiting) - written
        self._waiting.clear()

    def told(self) -> Imported:
        return Imported(self._kept, self._refused, self._broken, self._where)
