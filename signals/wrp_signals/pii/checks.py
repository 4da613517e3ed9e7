"""Check digits of money, devices and the net. Each takes the value as it stood and says how much of the doubt is gone:
1 proves, 0 refutes, between them the shape is right and the check digit is not."""

from __future__ import annotations

import ipaddress

DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
OTHERS = bytes(byte for byte in range(256) if not 48 <= byte <= 57)
TYPO = 0.6
"""The factor for a right shape with a wrong check digit: enough beside a word that names it, too little alone."""

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
    "VG": 24, "XK": 20,
}  # fmt: skip
"""ISO 13616 registry, SWIFT, release 99."""

CARDS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (400000, 499999, (13, 16, 19)),
    (510000, 559999, (16,)),
    (222100, 272099, (16,)),
    (340000, 349999, (15,)),
    (370000, 379999, (15,)),
    (300000, 305999, (14, 16)),
    (360000, 369999, (14, 16)),
    (380000, 399999, (14, 16)),
    (601100, 601199, (16, 19)),
    (644000, 659999, (16, 19)),
    (622000, 629999, (16, 17, 18, 19)),
    (810000, 817199, (16, 17, 18, 19)),
    (350000, 359999, (16, 17, 18, 19)),
    (213100, 213199, (15,)),
    (180000, 180099, (15,)),
    (220000, 220499, (16,)),
    (500000, 509999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (560000, 589999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (600000, 699999, (12, 13, 14, 15, 16, 17, 18, 19)),
)
"""First six digits and lengths: Visa, Mastercard, American Express, Diners, Discover, UnionPay, JCB, Mir, Maestro,
RuPay."""

MAESTRO = 50, 56, 57, 58, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69


def digits_of(value: str) -> str:
    """Its ASCII digits."""
    return value.encode("ascii", "replace").translate(None, OTHERS).decode("ascii")


def luhn(digits: str) -> bool:
    """The mod-10 check of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += DOUBLED[int(digit)] if place & 1 else int(digit)
    return total % 10 == 0


def card(value: str) -> float:
    """An issuer's prefix, its length, and Luhn. All digits alike are nobody's card."""
    digits = digits_of(value)
    if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
        return 0.0
    prefix = int(digits[:6])
    if not any(low <= prefix <= high and len(digits) in lengths for low, high, lengths in CARDS):
        return 0.0
    if not luhn(digits):
        return TYPO
    common = len(digits) >= 13 and int(digits[:2]) not in MAESTRO
    return 1.0 if common or len(digits) == 16 else 0.75


def iban_length(value: str) -> int:
    """How many letters and digits an IBAN that begins like this has; 0 where no country does."""
    return IBAN_LENGTHS.get(value[:2].upper(), 0)


def iban(value: str) -> float:
    """ISO 13616: the country's length and mod 97. People also write some that are a little too short or too long."""
    plain = "".join([char for char in value if char.isalnum()]).upper()
    wanted = iban_length(plain)
    if not wanted or not 15 <= len(plain) <= 34 or sum(char.isdigit() for char in plain) < 8:
        return 0.0
    number = int("".join([str(int(char, 36)) for char in plain[4:] + plain[:4]]))
    if abs(len(plain) - wanted) > 2:
        return 0.0
    return (1.0 if len(plain) == wanted else 0.85) if number % 97 == 1 else TYPO


ISO = (
    "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG "
    "CH CI "
    "CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GG GH GI GL "
    "GM GN "
    "GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB "
    "LC LI "
    "LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ "
    "OM PA "
    "PE PF PG PH PK PL PR PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR ST SV SX SY SZ TC TD "
    "TG TH "
    "TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WS XK YE ZA ZM ZW"
)
COUNTRIES = frozenset(ISO.split())


def swift(value: str) -> float:
    """ISO 9362: bank, a country, place, and often a branch."""
    return 1.0 if value[4:6].upper() in COUNTRIES and (value.isupper() or not value.isalpha()) else 0.0


def aba(value: str) -> float:
    """A US routing number: Federal Reserve district and weights 3, 7, 1."""
    digits = digits_of(value)
    if len(digits) != 9 or not ("00" < digits[:2] <= "12" or "21" <= digits[:2] <= "32" or "61" <= digits[:2] <= "72"):
        return TYPO if len(digits) == 9 else 0.0
    weighted = sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(digits))
    return 1.0 if weighted % 10 == 0 else TYPO


def imei(value: str) -> float:
    """Fifteen digits and Luhn (3GPP TS 23.003)."""
    digits = digits_of(value)
    return (1.0 if luhn(digits) else TYPO) if len(digits) == 15 and len(set(digits)) > 1 else 0.0


VIN_VALUES = {char: int(char) for char in "0123456789"} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(value: str) -> float:
    """ISO 3779 with the check digit of 49 CFR 565; Europe does not use it, so a wrong one only weakens."""
    plain = value.upper()
    if len(plain) != 17 or plain.isdigit() or plain.isalpha() or any(char not in VIN_VALUES for char in plain):
        return 0.0
    rest = sum(VIN_VALUES[char] * weight for char, weight in zip(plain, VIN_WEIGHTS, strict=True)) % 11
    return 1.0 if plain[8] == ("X" if rest == 10 else str(rest)) else TYPO


def dea(value: str) -> float:
    """A US prescriber's number: (1+3+5) + 2(2+4+6) ends in the seventh digit."""
    digits = [int(char) for char in value[2:]]
    total = sum(digits[:6:2]) + 2 * sum(digits[1:6:2])
    return 1.0 if total % 10 == digits[6] else 0.0


def ipv4(value: str) -> float:
    """Four bytes. Masks, loopback and the like name no machine; private ones name one in somebody's network. What is
    padded with noughts (10.01.1.1) may be a version as well: it counts as mistyped."""
    plain = ".".join([str(int(part)) for part in value.split(".")])
    address = ipaddress.IPv4Address(plain)
    if plain.startswith(("0.", "255.", "127.")) or address.is_multicast:
        return 0.4
    return (0.75 if address.is_private else 1.0) * (1.0 if plain == value else TYPO)


def ipv6(value: str) -> float:
    """Whatever the standard library takes for one, but for the empty and the loopback address."""
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return 0.0
    if address.is_loopback or address.is_unspecified:
        return 0.4
    return 1.0 if len(value) > 6 else 0.4


def mac(value: str) -> float:
    """Six bytes with one separator throughout; all alike are a mask."""
    plain = value.replace(":", "").replace("-", "").replace(".", "")
    separators = {char for char in value if char in ":-."}
    return 1.0 if len(separators) == 1 and len(set(plain.upper())) > 1 else 0.0
