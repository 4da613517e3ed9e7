"""Personal data and secrets in a text: where, of which type, how sure. Changes nothing and remembers nothing."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from .contact import CONTACT
from .money import MONEY
from .network import MILD, NETWORK
from .people import PEOPLE
from .scan import Scanner, resolved
from .secrets import SECRETS
from .types import STRUCTURED, Span, expand

DETECTORS = (*SECRETS, *MONEY, *CONTACT, *NETWORK, *PEOPLE, *MILD)

EXAMPLE = (
    "Hi, I'm Ann, born 3 March 1985 (DOB 04/05/1990). Mail ann.lee@example.org or my cell +44 20 7946 0958, office "
    "(202) 555-0143. Card number 4111 1111 1111 1111, cvv 123, IBAN GB29 NWBK 6016 1331 9268 19, account no 12345678, "
    "routing 021000021. SSN 219-09-9998, passport X1234567, driver's license D1234567, national id 12345678Z, tax "
    "12-3456789, medical record 00123456. Server 10.0.0.7, 2001:db8::1 at https://example.org/a?b. password: hunter2, "
    'api_key = "abcDEF1234567890", send 1 eth. The date is 2019-2020, the sum 1,234,567.89.\n'
)
"""Nobody's data, of most types. Automata grow with what they see; having seen this, the first requests are not slow."""

LIKELY = 0.5
"""The score from which something counts as found."""


def find(text: str, types: Iterable[str] = STRUCTURED, min_score: float = LIKELY) -> tuple[Span, ...]:
    """Spans in the order of the text, none overlapping another: of two readings, the surer one.

    `types` are names of types or groups (`types.GROUPS`); all structured ones unless told otherwise. Linear in the
    text; reads all of it. Raises KeyError with a name that is neither.
    """
    spans, _ = scanner(expand(tuple(types))).scan(text)
    return resolved([span for span in spans if span.score >= min_score])


@functools.lru_cache(maxsize=16)
def scanner(types: frozenset[str]) -> Scanner:
    """The compiled detectors of these types, warm; takes up to 0.1 s, once for each choice."""
    made = Scanner([detector for detector in DETECTORS if detector.type in types])
    for text in (EXAMPLE, EXAMPLE.upper(), EXAMPLE.lower()):
        made.scan(text)
    return made
