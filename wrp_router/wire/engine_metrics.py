"""How loaded an engine says it is, out of the Prometheus text that it shows. It looks at the lines it wants, and no
others; it raises nothing, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from .dialects import DIALECTS, Dialect

MOST = 1_000_000
"""An engine that says it has more requests than these is not believed."""

LONGEST_LINE = 2048
LONGEST = 32 * 1024
"""Bytes of a line that is wanted, and of all of them: a hundred ranks have 30 KB. Each takes some 0.3 us."""


class Gauges(msgspec.Struct, frozen=True, gc=False):
    """What an engine says of itself: requests that are being computed, requests that wait, the share of its KV memory
    that is in use (0 to 1). None: it does not say, or what it says cannot be."""

    running: int | None = None
    waiting: int | None = None
    kv_usage: float | None = None


NOTHING = Gauges()


class Reader:
    """Reads the text of one kind of engine.

    Of several series of one name counts are summed and shares compared, the largest is told: they are those of
    data-parallel ranks, each with requests and memory of its own. Of copies (`Dialect.copies`) one counts, the largest.
    """

    __slots__ = ("_dialect", "_wanted")

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        names = [re.escape(name) for name in (*dialect.running, *dialect.waiting, *dialect.kv_usage)]
        # one pass over what may be 300 KB of histograms: 0.2 ms, where splitting it into lines takes 0.6
        self._wanted = re.compile(b"\n((?:%s)[{ \t][^\n]*)" % "|".join(names).encode())

    def read(self, text: bytes) -> Gauges:
        """Any bytes at all will do."""
        lines = self._wanted.findall(b"\n" + text)
        if sum(map(len, lines)) > LONGEST:
            return NOTHING
        samples, dialect = list(_samples(lines)), self._dialect
        return Gauges(
            _whole(_first(dialect.running, samples, dialect.copies, MOST)),
            _whole(_first(dialect.waiting, samples, dialect.copies, MOST)),
            max(_first(dialect.kv_usage, samples, dialect.copies, 1.0), default=None),
        )


READERS: Mapping[str, Reader] = MappingProxyType({name: Reader(dialect) for name, dialect in DIALECTS.items()})


def _samples(lines: Iterable[bytes]) -> Iterator[Sample]:
    """Those that can be read."""
    for line in lines:
        if len(line) > LONGEST_LINE:
            continue
        try:
            for family in text_string_to_metric_families(line.decode()):
                yield from family.samples
        except (ValueError, LookupError):  # the parser trips over some lines rather than refuse them
            continue


def _first(names: tuple[str, ...], samples: list[Sample], copies: frozenset[str], most: float) -> list[float]:
    """The believable values, less copies, of the first of these names that has any. NaN and infinity never are."""
    for name in names:
        values: dict[frozenset[tuple[str, str]], float] = {}
        for sample in samples:
            if sample.name == name and 0.0 <= sample.value <= most:
                key = frozenset([label for label in sample.labels.items() if label[0] not in copies])
                values[key] = max(values.get(key, 0.0), sample.value)
        if values:
            return list(values.values())
    return []


def _whole(values: list[float]) -> int | None:
    return min(MOST, int(sum(values))) if values else None
