"""Whether something that looks like a key, a token, a password or a wallet is one. Tries none of them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from collections import Counter

import msgspec

from .checks import TYPO

BASE58 = {char: place for place, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
BECH32 = {char: place for place, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
POLYNOMIAL = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

PLACEHOLDERS = (
    *("your", "example", "xxx", "***", "placeholder", "changeme", "change_me", "insert", "dummy", "redacted", "..."),
    *("secret_here", "key_here", "token_here", "$(", "${", "{{", "%(", "process.env", "os.environ", "getenv", "<"),
)
"""What stands where a credential should: nobody's."""

CODE = ("(", ")", "[", "]", "{", "}", "::", "->", "||", "&&", "</")
"""What shows that the right-hand side is a piece of a program."""


def entropy(value: str) -> float:
    """Shannon's, in bits per character of this value."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values()) if size else 0.0


def kinds(value: str) -> int:
    """How many of lower case, upper case, digits and marks it has."""
    lower, upper = any("a" <= char <= "z" for char in value), any("A" <= char <= "Z" for char in value)
    digit, mark = any("0" <= char <= "9" for char in value), any(not char.isalnum() for char in value)
    return lower + upper + digit + mark


def placeholder(value: str) -> bool:
    """Whether it only holds the place of a credential."""
    low = value.lower()
    return any(part in low for part in PLACEHOLDERS) or len(set(low)) <= 3


def key(value: str) -> float:
    """After a provider's prefix: not a placeholder, and not a word repeated."""
    return 0.0 if placeholder(value) or entropy(value) < 2.5 else 1.0


def assigned_key(value: str) -> float:
    """After `api_key =`: long, mixed, and as uneven as chance makes it."""
    if placeholder(value) or not any(char.isdigit() for char in value) or any(part in value for part in CODE):
        return 0.0
    return 1.0 if len(value) >= 12 and entropy(value) >= 2.9 else 0.0


def password(value: str) -> float:
    """After `password:` two kinds of characters, one of them no letter; no placeholder, no code, no file or call."""
    if placeholder(value) or any(part in value for part in CODE) or value.count(".") > 1 + len(value) // 8:
        return 0.0
    body = value.rstrip("!?.")
    letters = sum(char.isalpha() or char in "_-." for char in body)
    if letters == len(body) and not (body != value and value[-1] == "!"):
        return 0.0
    return 1.0 if kinds(value) >= 2 else 0.0


def strong_password(value: str) -> float:
    """After nothing but the word: three kinds of characters at least."""
    return password(value) if len(value) >= 6 and kinds(value) >= 3 and value[0].isalnum() else 0.0


def pin(value: str) -> float:
    """Any digits: the word before them says it."""
    return 1.0


def bearer(value: str) -> float:
    """After `Bearer`: a token, no word."""
    return 1.0 if len(value) >= 16 and kinds(value) >= 2 and entropy(value) >= 3 and not placeholder(value) else 0.0


def jwt(value: str) -> float:
    """Whether the first part decodes to a JSON object that names an algorithm (RFC 7519). Others weaken."""
    first = value.partition(".")[0]
    try:
        header = msgspec.json.decode(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return TYPO
    return 1.0 if isinstance(header, dict) and ("alg" in header or "typ" in header) else TYPO


def base58check(value: str) -> float:
    """Bitcoin, Litecoin, Dogecoin, Tron and the like: 25 bytes, the last four a double SHA-256 of the rest."""
    number = 0
    for char in value:
        number = number * 58 + BASE58[char]
    try:
        data = number.to_bytes(25, "big")
    except OverflowError:
        return 0.0
    return float(hashlib.sha256(hashlib.sha256(data[:21]).digest()).digest()[:4] == data[21:])


def bech32(value: str) -> float:
    """BIP 173 and BIP 350: the checksum over prefix and data."""
    low = value.lower()
    prefix, _, data = low.rpartition("1")
    check = 1
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    for part in (*values, *(BECH32[char] for char in data)):
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ part
        for place, factor in enumerate(POLYNOMIAL):
            check ^= factor if top >> place & 1 else 0
    return float(check in (1, 0x2BC830A3))


def ethereum(value: str) -> float:
    """Twenty bytes in hex. The zero address and the like belong to nobody."""
    return 1.0 if len(set(value[2:].lower())) > 4 else 0.0
