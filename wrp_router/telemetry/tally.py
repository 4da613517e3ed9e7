"""What several processes counted, as one: counts and spreads are summed, also of processes that are gone; gauges are
joined as `names` says of each. Light, for the supervisor has it, too."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import msgspec

from .log import Seldom
from .names import NAMES

Labels = tuple[str, ...]

Seen = tuple[list[int], float]
"""Of a spread: how many in each bucket, and the sum of all."""


class Tally(msgspec.Struct, frozen=True):
    """All that one process tells at one instant, by metric and label values. `counts` and `spreads` never fall."""

    counts: dict[str, dict[Labels, float]] = {}
    spreads: dict[str, dict[Labels, Seen]] = {}
    gauges: dict[str, dict[Labels, float]] = {}


MOST = 15 << 20
"""Bytes of a tally: some fifteen thousand pools."""

_COMPLAIN = Seldom(logging.getLogger(__name__))
_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Tally)


def packed(tally: Tally, most: int = MOST) -> bytes:
    """As it goes from process to process, in `most` bytes: metrics beyond that are left out, the longest first. Nobody
    then tells them at all, since a part of a sum would look like the whole."""
    data = _ENCODER.encode(tally)
    if len(data) <= most:
        return data
    parts = msgspec.structs.asdict(tally)
    sizes = {(part, name): len(_ENCODER.encode(found[name])) for part, found in parts.items() for name in found}
    excess, left = len(data) - most, list[str]()
    for (part, name), size in sorted(sizes.items(), key=lambda one: -one[1]):
        if excess <= 0:
            break
        parts[part] = {other: values for other, values in parts[part].items() if other != name}
        excess -= size
        left.append(name)
    _COMPLAIN.warn("long", "other workers are told of metrics in %d bytes; left out: %s", most, ", ".join(left))
    return _ENCODER.encode(Tally(**parts))


def unpacked(data: bytes) -> Tally:
    """Raises msgspec.DecodeError."""
    return _DECODER.decode(data)


def lasting(tally: Tally) -> Tally:
    """What stays when the process ends."""
    return Tally(tally.counts, tally.spreads)


def summed(tallies: Iterable[Tally]) -> Tally:
    """As one process would tell it. A spread with other buckets than that before it, which is of another version, is
    left out."""
    counts: dict[str, dict[Labels, float]] = {}
    spreads: dict[str, dict[Labels, Seen]] = {}
    gauges: dict[str, dict[Labels, list[float]]] = {}
    for tally in tallies:
        for name, values in tally.counts.items():
            into = counts.setdefault(name, {})
            for labels, value in values.items():
                into[labels] = into.get(labels, 0.0) + value
        for name, seen in tally.spreads.items():
            _spread(spreads.setdefault(name, {}), seen)
        for name, now in tally.gauges.items():
            for labels, value in now.items():
                gauges.setdefault(name, {}).setdefault(labels, []).append(value)
    joined = {name: {at: _joined(name, all_of) for at, all_of in found.items()} for name, found in gauges.items()}
    return Tally(counts, spreads, joined)


def _spread(into: dict[Labels, Seen], seen: Mapping[Labels, Seen]) -> None:
    for labels, (numbers, total) in seen.items():
        before = into.get(labels)
        if before is None:
            into[labels] = (list(numbers), total)
        elif len(before[0]) == len(numbers):
            into[labels] = ([one + other for one, other in zip(before[0], numbers, strict=True)], before[1] + total)


def _joined(name: str, values: list[float]) -> float:
    how = NAMES[name].join if name in NAMES else "sum"
    if how == "max":
        return max(values)
    return sum(values) / (len(values) if how == "mean" else 1)
