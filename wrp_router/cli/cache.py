"""`wrp cache`: what a router remembers, seen, purged, written out and read in; of one that runs, or in its file."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from .progress import Bar
from .telling import CannotDo, Told, failed, shown


class Remembering(Protocol):
    """What a router remembers, wherever that is. All of it raises CannotDo, and OSError of the files that are given."""

    def stats(self) -> Told: ...

    def purge(self, tenant: str | None, partition: str | None) -> Told: ...

    def export(self, to: IO[bytes], bar: Bar) -> Told: ...

    def import_(self, source: IO[bytes], size: int, bar: Bar) -> Told: ...


def run(options: argparse.Namespace) -> int:
    """0 where it was done, 1 where not."""
    bar = Bar()
    try:
        told = PARTS[options.part](_there(options), options, bar)
    except (CannotDo, OSError) as error:
        bar.end()
        return failed(error)
    bar.end()
    if options.part == "export" and options.file == "-":
        return 0
    lines = _table(told) if options.part == "stats" else [_sentence(told)]
    sys.stdout.write(json.dumps(told, indent=1) + "\n" if options.json else "\n".join(lines) + "\n")
    return 0


def _there(options: argparse.Namespace) -> Remembering:
    """A running router, or a file. What either needs is imported only now."""
    if options.store is None:
        from .cache_router import Router

        return Router(options.url, os.environ.get("WRP_ADMIN_KEY", ""))
    from .cache_file import File

    return File(options.store, getattr(options, "config", None))


def _stats(there: Remembering, options: argparse.Namespace, bar: Bar) -> Told:
    return there.stats()


def _purge(there: Remembering, options: argparse.Namespace, bar: Bar) -> Told:
    if options.all == (options.tenant is not None or options.partition is not None):
        raise CannotDo("say what to purge: --tenant NAME, --partition BASE64, both, or --all")
    return there.purge(options.tenant, options.partition)


def _export(there: Remembering, options: argparse.Namespace, bar: Bar) -> Told:
    with _written(options.file) as to:
        return there.export(to, bar)


def _import(there: Remembering, options: argparse.Namespace, bar: Bar) -> Told:
    if options.file == "-":
        return there.import_(sys.stdin.buffer, 0, bar)
    with Path(options.file).open("rb") as source:
        return there.import_(source, os.fstat(source.fileno()).st_size, bar)


PARTS = {"stats": _stats, "purge": _purge, "export": _export, "import": _import}
"""What each part does."""


@contextmanager
def _written(path: str) -> Iterator[IO[bytes]]:
    """A file that nobody else may read, and that is there only when all of it is; `-` is standard output."""
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = f"{path}.part"
    try:
        with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)


def _sentence(told: Mapping[str, Any]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in told.items() if isinstance(number, int))


def _table(told: Told) -> list[str]:
    """What is plain, then a row for every category, then whatever else has parts."""
    cache = dict(told["cache"])
    categories, bars = cache.pop("categories", {}), told.get("bars", {})
    lines = [f"{name:16s} {shown(value)}" for name, value in cache.items()]
    rows = {name: {**bars.get(name, {}), **counts} for name, counts in categories.items()}
    if rows:
        heads = list(dict.fromkeys(head for row in rows.values() for head in row))
        wide = {head: max(len(head), *(len(shown(row.get(head, ""))) for row in rows.values())) for head in heads}
        first = max(len("category"), *map(len, rows))
        lines += ["", "  ".join([f"{'category':{first}s}", *(f"{head:>{wide[head]}s}" for head in heads)])]
        for name, row in rows.items():
            lines.append("  ".join([f"{name:{first}s}", *(f"{shown(row.get(h, '')):>{wide[h]}s}" for h in heads)]))
    store = told.get("store")
    if store:
        lines += ["", "store", *(f"  {name:14s} {shown(value)}" for name, value in store.items())]
    return lines
