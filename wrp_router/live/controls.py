"""What a caller may ask for by header: cache directives, deadlines, a class. What makes no sense is ignored, but for a
class: who asks for another than there is would be served in one that is not meant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from math import inf

from wrp_router.errors import BadRequest
from wrp_router.flow import AS_USUAL, CacheControl
from wrp_signals.facts import RANK, Priority

from .tenants import Caller

HINTS = ("x-stainless-read-timeout", "x-stainless-timeout")
"""In which SDKs say, in seconds, how long they wait for a first byte."""


def cache_control(headers: Mapping[str, str]) -> CacheControl:
    """The known directives of `x-wrp-cache`. Of several `max-age` the least counts; one that is no whole number of
    seconds counts as 0, as nothing older may be served than the caller meant (RFC 9111 5.2.1.1, 4.2.1)."""
    value = headers.get("x-wrp-cache")
    if value is None:
        return AS_USUAL
    words = {word.strip().lower() for word in value.split(",")}
    ages = [_seconds(word) for word in words if word.partition("=")[0].rstrip() == "max-age"]
    return CacheControl(
        no_store="no-store" in words,
        no_cache="no-cache" in words,
        only_if_cached="only-if-cached" in words,
        max_age=min(ages, default=math.inf),
    )


def _seconds(directive: str) -> float:
    digits = directive.partition("=")[2].strip().strip('"')
    return float(digits) if digits.isascii() and digits.isdecimal() else 0.0


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


def first_of(headers: Mapping[str, str]) -> float:
    """Seconds until the caller's SDK gives up if no byte of an answer has come: OpenAI's and Anthropic's for Python
    send `x-stainless-read-timeout`, those for JavaScript (and Anthropic's, too) `x-stainless-timeout`. The least of
    what is said; inf where nothing is, or nothing that makes sense."""
    least = inf
    for name in HINTS:
        value = headers.get(name)
        if value is not None:
            least = min(least, _positive(value))
    return least


def _positive(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return inf
    return seconds if seconds > 0 else inf  # false for NaN, too


def priority_of(headers: Mapping[str, str], caller: Caller) -> Priority:
    """The class that the caller asks for (`x-wrp-priority`), but none above the highest that it may have; the caller's
    own where it asks for none. Raises BadRequest for another word."""
    value = headers.get("x-wrp-priority")
    if value is None:
        return caller.priority
    for word, rank in RANK.items():
        if value == word:
            return word if rank >= RANK[caller.max_priority] else caller.max_priority
    message = f"The header x-wrp-priority must be one of: {', '.join(RANK)}."
    raise BadRequest(message, code="invalid_priority", param="x-wrp-priority")
