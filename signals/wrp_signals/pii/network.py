"""Machines and places on the net, and what identifies nobody alone: dates, ages, postal codes."""

from __future__ import annotations

from functools import partial

from .checks import ipv4, ipv6, mac
from .contact import WORD
from .detector import Detector

TRAILING = b".,;:!?'\"*_~"
PAIRS = {ord(")"): ord("("), ord("]"): ord("[")}

COMMON = "com org net edu gov mil int info biz xyz online shop site tech store cloud"
COUNTRY = (
    "ac ae al am ar at au az ba be bg br by ca ch ci cl cn co cr cu cy cz de dk do ec ee eg es eu fi fr ge gl gr gt "
    "gy hk "
    "hn hr hu id ie il in io ir is it jm jo jp ke kr kw kz lb li lk lt lu lv ma mk mt mx my ng ni nl no nz pa pe ph "
    "pk pl "
    "pr pt qa ro ru sa se sg si sk sv th tn tr tw tz ua uk us uy uz ve vn za zm ai app dev me tv"
)
WORDY = "am at be by co do id in io is it me my no us ai app dev to so"
GENERIC, NATIONAL, AMBIGUOUS = frozenset(COMMON.split()), frozenset(COUNTRY.split()), frozenset(WORDY.split())
"""Last labels: those of no country; those that are no frequent file name's ending; and of these the ones that are words
or members of objects as well, believed beside a word like "website"."""


def url_end(text: bytes, start: int, end: int) -> int:
    """Without the sentence's punctuation, and without a bracket that was opened before it."""
    while end > start:
        last = text[end - 1]
        if (last in PAIRS and text.count(last, start, end) > text.count(PAIRS[last], start, end)) or last in TRAILING:
            end -= 1
        else:
            break
    return end


def url(value: str) -> float:
    """One that has a host, and leads out of this machine."""
    host = value.partition("://")[2] or value
    low = host.lower()
    if not low or not (low[0].isalnum() or low[0] == "["):
        return 0.0
    return 0.5 if low.startswith(("localhost", "127.0.0.1", "0.0.0.0")) else 1.0  # noqa: S104 - it is not bound, only named


def domain(value: str) -> float:
    """By its last label."""
    last = value.rpartition(".")[2]
    if last.lower() in GENERIC:
        return 1.0
    if last not in NATIONAL and not (last.isupper() and last.lower() in NATIONAL):
        return 0.0
    return 0.75 if last in AMBIGUOUS else 1.0


def date(value: str) -> float:
    """Numbers that can be day, month and year."""
    parts = [int(part) for part in value.replace("/", "-").replace(".", "-").split("-")]
    year, rest = (parts[0], parts[1:]) if parts[0] > 31 else (parts[2], parts[:2])
    return 1.0 if min(rest) in range(1, 13) and max(rest) in range(1, 32) and year < 2200 else 0.0


def age(value: str) -> float:
    """Up to 120."""
    return 1.0 if int(value) <= 120 else 0.0


BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
HEX = r"[0-9A-Fa-f]{1,4}"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
CLOCK = r"(?:[T ,]{1,2}\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+\-]\d{2}:?\d{2})?)?"
NUMERIC = rf"\b(?:\d{{4}}[\-/.]\d{{1,2}}[\-/.]\d{{1,2}}|\d{{1,2}}[\-/.]\d{{1,2}}[\-/.](?:\d{{4}}|\d{{2}}))\b{CLOCK}"
WRITTEN = (
    rf"(?i)\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ \-]{MONTH},?[ \-](?:\d{{4}}|'?\d{{2}})|"
    rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|{MONTH} (?:19|20)\d{{2}})\b"
)
EASTERN = r"(?:(?:昭和|平成|令和|大正)\d{1,2}|\d{4})年 ?\d{1,2}月 ?\d{1,2}日|\d{4}년 ?\d{1,2}월 ?\d{1,2}일"


def numeric(value: str) -> float:
    """A numeric date, maybe with a time behind it."""
    return date(value.replace("T", " ").replace(",", " ").split()[0])


DATES = tuple(
    Detector(
        type,
        pattern,
        alone,
        near,
        "birth" if near else "",
        check,
        left=b".-/$",
        right=b"-/",
        after=30 * (near > 0),
        spots="birth" if near else "date",
    )
    for type, alone, near in (("DATE_OF_BIRTH", 0.0, 0.9), ("DATE_TIME", 0.6, 0.0))
    for pattern, check in ((NUMERIC, numeric), (WRITTEN, lambda value: 1.0), (EASTERN, lambda value: 1.0))
)

NETWORK = (
    Detector(
        "IP_ADDRESS",
        rf"\b(?:{BYTE}\.){{3}}{BYTE}\b",
        0.8,
        0.95,
        "address",
        ipv4,
        left=b".-",
        right=b".-",
        unlike="version",
        spots="ip",
    ),
    Detector(
        "IP_ADDRESS",
        rf"(?:{HEX}:){{7}}{HEX}\b|(?:{HEX}:){{1,7}}:(?:{HEX}(?::{HEX}){{0,6}}\b)?|::{HEX}(?::{HEX}){{0,6}}\b",
        0.9,
        check=ipv6,
        left=b":." + WORD,
        spots="ip",
    ),
    Detector(
        "MAC_ADDRESS",
        r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}\b|"
        r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b",
        0.85,
        check=mac,
        left=b":.-",
        right=b":.-",
        spots="mac",
    ),
)

age_of = partial(Detector, "AGE", check=age, group=1, spots="age")

MILD = (
    Detector(
        "URL",
        r"(?i)\b(?:https?|ftps?|sftp|wss?|ssh|git|s3|ldaps?)://[^\s<>\"`{}|\\^\x{3000}-\x{303F}\x{FF00}-\x{FFEF}]+",
        0.85,
        check=url,
        trim=url_end,
        spots="url",
    ),
    Detector(
        "URL",
        r"(?i)\bwww\d?\.[a-z0-9\-]+\.[a-z][^\s<>\"`{}|\\^\x{3000}-\x{303F}\x{FF00}-\x{FFEF}]*",
        0.85,
        check=url,
        trim=url_end,
        spots="url",
        left=b"/",
    ),
    Detector(
        "DOMAIN_NAME",
        r"\b(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,6}\b(?:/[^\s<>\"`{}|\\^'(),]*)?",
        0.6,
        0.75,
        "site",
        lambda value: domain(value.partition("/")[0]),
        trim=url_end,
        left=b"@/.-_$",
        right=b"(=[-_@",
        spots="domain",
        after=20,
    ),
    *DATES,
    Detector(
        "DATE_TIME", r"\b(?:19[2-9]\d|20[0-4]\d)\b(?:s\b)?", 0.5, left=b".-/$+*=<>_,", right=b".-/%:,", spots="year"
    ),
    Detector("DATE_TIME", r"(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", 0.55, spots="year"),
    Detector(
        "DATE_TIME",
        r"(?i)\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: ?[ap]\.?m\b\.?)?",
        0.5,
        left=b":-",
        right=b":",
        spots="year",
    ),
    age_of(pattern=r"(?i)\b(\d{1,3})[ \-]?(?:years?[ \-]old|yrs?[ \-]old|y\.?/?o\b|years? of age)", alone=0.8),
    age_of(pattern=r"(?i)\b(?:age[sd]?(?: is| of|:)?|turn(?:ed|ing|s)) (\d{1,3})\b", alone=0.7),
    age_of(
        pattern=r"(?i)\b(?:i am|i'm|s?he is|s?he's|is now|is only|currently) (\d{1,3})(?:[,.!?;]|$| and )", alone=0.6
    ),
    Detector(
        "ZIP_CODE",
        r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|"
        r"S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? +(\d{5}(?:-\d{4})?)\b",
        0.75,
        group=1,
        spots="zip",
    ),
    Detector(
        "ZIP_CODE",
        r"\b(?:\d{5}(?:-\d{3,4})?|\d{3} \d{2,3}|\d{4}(?: ?[A-Z]{2})?|\d{2}-\d{3}|\d{3}-\d{4}|\d{4}-\d{3}|\d{6,8}|"
        r"[A-Z]{1,2}-?\d{4,5}|[A-Z]\d[\dW] ?[A-Z\d]{4})\b",
        0.0,
        0.8,
        "zip",
        left=b".-/$",
        right=b".-/",
        before=24,
        spots="zip",
    ),
    Detector(
        "ZIP_CODE",
        r"\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPR-TVXY]\d[A-Z] ?\d[A-Z]\d)\b",
        0.6,
        spots="zip",
    ),
    Detector("ZIP_CODE", r"〒 ?(\d{3}-\d{4})\b", 0.9, group=1, spots="zip"),
)
