"""Cards, accounts and wallets."""

from __future__ import annotations

from functools import partial

from .checks import aba, card, iban, iban_length, swift
from .credentials import base58check, bech32, ethereum
from .detector import Detector, plausible

ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
BASE = "[1-9A-HJ-NP-Za-km-z]"


def iban_end(text: bytes, start: int, end: int) -> int:
    """The end of the word where it is written in one; else as many letters and digits as the country asks, whatever
    words follow."""
    left = iban_length(text[start : start + 2].decode())
    joined = text[start + 4] in ALNUM
    group = 0
    for place in range(start, end):
        if text[place] in ALNUM:
            left, group = left - 1, group + 1
        elif joined or group != 4:
            return place
        else:
            group = 0
        if left == 0 and not joined:
            return place + 1
    return end


credit_card = partial(Detector, "CREDIT_CARD", words="card", check=card, left=b".-_", after=16)

MONEY = (
    credit_card(pattern=r"\b[1-68]\d{11,18}\b", alone=0.6, near=0.95, right=b".-_"),
    credit_card(
        pattern=r"\b\d{4}([ \-.])\d{4}[ \-.]\d{4}[ \-.]\d{1,4}(?:[ \-.]\d{1,3})?\b|\b3\d{3}[ \-.]\d{6}[ \-.]\d{4,5}\b",
        alone=0.86,
        near=0.97,
        right=b".-_",
    ),
    credit_card(pattern=r"\b[56]\d{3}[ \-]\d{4}[ \-]\d{4}\b", alone=0.0, near=0.8, right=b".-_"),
    Detector(
        "CREDIT_CARD_CVV", r"\b\d{3,4}\b", 0.0, 0.85, "cvv", left=b".-/$", right=b".-/%", before=28, spots="words"
    ),
    Detector(
        "IBAN_CODE",
        r"\b[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,30}\b",
        0.9,
        0.98,
        "iban",
        iban,
        iban_end,
        spots="digits code words",
    ),
    Detector(
        "SWIFT_CODE",
        r"\b[A-Za-z]{6}[A-Za-z0-9]{2}(?:[A-Za-z0-9]{3})?\b",
        0.0,
        0.85,
        "swift",
        swift,
        before=32,
        spots="words",
    ),
    Detector(
        "ABA_ROUTING_NUMBER",
        r"\b\d{9}\b|\b\d{4}-\d{4}-\d\b",
        0.0,
        0.9,
        "routing",
        aba,
        left=b".-/$",
        right=b".-",
        before=36,
    ),
    Detector("SORT_CODE", r"\b\d{2}[- ]?\d{2}[- ]?\d{2}\b", 0.0, 0.85, "sort", left=b".-/$", right=b".-/", before=28),
    Detector("BANK_ACCOUNT", r"\b\d{6,18}\b", 0.0, 0.7, "account", left=b".-/$", right=b".-,%", before=40),
    Detector(
        "BANK_ACCOUNT",
        r"\b\d{2,6}(?:[ \-]\d{2,10}){1,4}\b",
        0.0,
        0.6,
        "account",
        left=b".-/$",
        right=b".-,%",
        before=32,
    ),
    Detector(
        "CRYPTO", rf"\b[13LMDT]{BASE}{{25,33}}\b", 0.85, 0.95, "wallet", base58check, detail="base58", spots="wallet"
    ),
    Detector(
        "CRYPTO", r"\b(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{11,71}\b", 0.95, check=bech32, detail="bech32", spots="wallet"
    ),
    Detector("CRYPTO", r"\b0x[0-9A-Fa-f]{40}\b", 0.8, 0.95, "wallet", ethereum, detail="ethereum", spots="wallet"),
    Detector(
        "CRYPTO", rf"\b[48][0-9AB]{BASE}{{93}}\b", 0.8, 0.95, "wallet", plausible, detail="monero", spots="wallet"
    ),
)
