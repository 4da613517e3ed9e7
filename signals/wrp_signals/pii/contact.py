"""How to reach somebody: e-mail addresses and telephone numbers of many countries' habits."""

from __future__ import annotations

from functools import partial

from .checks import digits_of
from .detector import Detector

WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

CODES = (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 "
    "86 90 "
    "91 92 93 94 95 98"
)
CALLING_CODES = frozenset(CODES.split())
"""ITU E.164, those of one and two digits."""

THREE = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99"
THREE_DIGITS = frozenset(THREE.split())
"""The first two digits under which all countries have three."""


def core(value: str) -> str:
    """The number without its extension."""
    for mark in "xXe#,":
        place = value.find(mark)
        if place > 0:
            return value[:place]
    return value


def international(value: str) -> float:
    """A country's code, and 7 to 15 digits with it (E.164)."""
    digits = digits_of(core(value)).removeprefix("00").removeprefix("011" if value.startswith("011") else "")
    known = digits[:1] in CALLING_CODES or digits[:2] in CALLING_CODES or digits[:2] in THREE_DIGITS
    return 1.0 if known and 7 <= len(digits) <= 15 and len(set(digits)) > 2 else 0.0


def national(value: str) -> float:
    """6 to 13 digits, an extension aside, that are neither a date nor a bit pattern."""
    digits = digits_of(core(value))
    if not 6 <= len(digits) <= 13 or set(digits) <= {"0", "1"} or len(set(digits)) < 2:
        return 0.0
    return 0.0 if dated(value) else 1.0


def trunk(value: str) -> float:
    """With the trunk prefix 0, 9 to 13 digits."""
    return national(value) if 9 <= len(digits_of(core(value))) <= 13 else 0.0


def plain(value: str) -> float:
    """Digits without a mark between: no round number."""
    return 0.0 if value.endswith("0000") else national(value)


def dated(value: str) -> bool:
    """Whether digits and marks are a date or a span of years."""
    parts = value.replace("/", "-").replace(".", "-").replace(" ", "-").split("-")
    sizes = [len(part) for part in parts]
    years = [part for part in parts if len(part) == 4 and part[:2] in ("19", "20")]
    if len(years) == len(parts):
        return True
    return bool(years) and len(parts) >= 3 and sizes[0] + sizes[1] + sizes[2] <= 8 and max(sizes[:3]) == 4


LATIN = r"\x{00C0}-\x{024F}"
EXTENSION = r"(?:[ ,]{0,2}(?:x|ext\.?|extension|#)[ ]?\d{1,6}\b|\b)"
phone = partial(Detector, "PHONE_NUMBER", words="phone", after=16)

CONTACT = (
    Detector(
        "EMAIL_ADDRESS",
        rf"[A-Za-z0-9_{LATIN}][A-Za-z0-9.!#$%&'*+/=?^_~{LATIN}-]*@(?:[A-Za-z0-9{LATIN}-]+\.)+[A-Za-z]{{2,24}}\b",
        0.95,
        spots="at",
    ),
    Detector(
        "EMAIL_ADDRESS",
        r"(?i)\b[\w.+-]+ ?[\[({<] ?at ?[\])}>] ?[\w-]+(?: ?[\[({<] ?dot ?[\])}>] ?[\w-]+|\.[a-z]{2,12})+\b",
        0.85,
        spots="spelt",
    ),
    phone(
        pattern=rf"\(\+ ?[1-9]\d{{0,3}}\)(?:[ .\-/()]{{0,2}}\d){{5,12}}{EXTENSION}|"
        rf"\+ ?\(?[1-9](?:[ .\-/()]{{0,2}}\d){{6,14}}{EXTENSION}",
        alone=0.85,
        near=0.97,
        check=international,
        left=WORD,
    ),
    phone(
        pattern=rf"\b(?:00|011[ \-])[1-9]\d?(?:[ .\-/()]{{0,2}}\d){{7,13}}{EXTENSION}",
        alone=0.55,
        near=0.95,
        check=international,
        left=b".,-",
        right=b".",
    ),
    phone(
        pattern=rf"(?:\b[18][ .\-]?)?(?:\(\d{{3}}\)[ .\-]?|\b\d{{3}}[.\-]|\b[2-9]\d\d )\d{{3}}[ .\-]\d{{4}}{EXTENSION}",
        alone=0.7,
        near=0.95,
        check=national,
        left=b".-/$",
        right=b".-/",
    ),
    phone(
        pattern=rf"(?:\b8 ?)?\(\+?\d{{2,5}}\)[ ./\-]{{0,2}}\d{{2,5}}(?:[ .\-/]\d{{2,5}}){{1,4}}{EXTENSION}",
        alone=0.6,
        near=0.93,
        check=national,
        left=WORD,
        right=b".",
    ),
    phone(pattern=r"\(0\d{1,4}\)[ \-]?\d{4,9}\b", alone=0.6, near=0.93, check=trunk, left=WORD, right=b"."),
    phone(pattern=r"\(\d{2,5}\)[ ]?\d{6,9}\b", alone=0.0, near=0.9, check=national, left=WORD, right=b"."),
    phone(
        pattern=rf"\b0[1-9]\d{{0,3}}(?:[ .\-/]\d{{2,5}}){{2,5}}{EXTENSION}",
        alone=0.6,
        near=0.92,
        check=trunk,
        left=b".,-/$",
        right=b".",
    ),
    phone(
        pattern=rf"\b0[1-9]\d{{0,4}}[ \-/]\d{{5,8}}{EXTENSION}",
        alone=0.5,
        near=0.9,
        check=trunk,
        left=b".,-/$",
        right=b".",
    ),
    phone(pattern=r"\b0[1-9]\d{7,9}\b", alone=0.5, near=0.9, check=plain, left=b".,-/$=_", right=b"."),
    phone(pattern=r"\b1[3-9]\d([ \-]?)\d{4}[ \-]?\d{4}\b", alone=0.52, near=0.92, check=national, left=b".,-/$=_"),
    phone(pattern=r"\b\d{2} 9?\d{4}-\d{4}\b", alone=0.6, near=0.92, check=national, left=b".,-/$", right=b"-."),
    phone(
        pattern=rf"\b\d{{1,5}}(?:[ .\-/]\d{{1,8}}){{1,5}}{EXTENSION}",
        alone=0.0,
        near=0.75,
        check=national,
        left=b".-/$",
        right=b".:",
    ),
    phone(pattern=r"\b\d{7,13}\b", alone=0.0, near=0.65, check=plain, left=b".-/$_", right=b"."),
)
