"""What a caller may ask for by header: cache directives and deadlines. What makes no sense is ignored."""

from __future__ import annotations

import math
from collections.abc import Mapping

DIRECTIVES = frozenset({"no-store", "no-cache", "only-if-cached"})
_NONE: frozenset[str] = frozenset()


def cache_control(headers: Mapping[str, str]) -> frozenset[str]:
    """The known directives of `x-wrp-cache`."""
    value = headers.get("x-wrp-cache")
    if value is None:
        return _NONE
    return DIRECTIVES & {word.strip().lower() for word in value.split(",")}


def deadline_of(headers: Mapping[str, str], most: float) -> float:
    """Seconds that the caller will wait (`x-wrp-deadline-ms`), never more than `most`."""
    value = headers.get("x-wrp-deadline-ms")
    if value is None:
        return most
    try:
        seconds = float(value) / 1000
    except ValueError:
        return most
    return min(seconds, most) if math.isfinite(seconds) and seconds > 0 else most
