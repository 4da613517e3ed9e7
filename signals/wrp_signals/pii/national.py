"""Check digits of the numbers that states give to people. As in `checks`: 1 proves, 0 refutes, TYPO lies between."""

from __future__ import annotations

from collections.abc import Sequence

from .checks import TYPO, digits_of, luhn

NIF = "TRWAGMYFPDXBNJZSQVHLCKE"
HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"

VERHOEFF_D = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
VERHOEFF_P = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of digits times weights, as many as there are weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def verdict(valid: bool) -> float:
    """1 or TYPO."""
    return 1.0 if valid else TYPO


def birthday(month: str, day: str) -> bool:
    """Whether two pairs of digits can be a month and a day."""
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def ssn(value: str) -> float:
    """US: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, since 2011)."""
    digits = digits_of(value)
    if len(digits) != 9 or len(set(digits)) == 1:
        return 0.0
    return verdict(
        digits[0] != "9" and digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"
    )


def itin(value: str) -> float:
    """US: 9xx with a group of 50-65, 70-88, 90-92 or 94-99."""
    digits = digits_of(value)
    group = int(digits[3:5])
    return 1.0 if 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or group >= 94 else 0.0


def nhs(value: str) -> float:
    """England and Wales: ten digits, mod 11."""
    digits = digits_of(value)
    rest = 11 - weighted(digits, range(10, 1, -1)) % 11
    return verdict(rest % 11 == int(digits[9]) and rest != 10) if len(digits) == 10 else 0.0


def nino(value: str) -> float:
    """United Kingdom: prefixes that were never given out."""
    return TYPO if value[:2].upper() in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ") else 1.0


def nif(value: str) -> float:
    """Spain, DNI and NIE: the letter is the number mod 23."""
    plain = "".join([char for char in value.upper() if char.isalnum()])
    number = {"X": "0", "Y": "1", "Z": "2"}.get(plain[0], plain[0]) + plain[1:-1]
    return verdict(NIF[int(number) % 23] == plain[-1])


CODICE_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                      (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8,
                       12, 14, 16, 10, 22, 25, 24, 23), strict=True))  # fmt: skip


def codice(value: str) -> float:
    """Italy, codice fiscale: its sixteenth letter."""
    plain = value.upper()
    total = sum(CODICE_ODD[char] for char in plain[:15:2])
    total += sum(int(char) if char.isdigit() else ord(char) - 65 for char in plain[1:15:2])
    return verdict(chr(65 + total % 26) == plain[15])


def nir(value: str) -> float:
    """France, INSEE: 97 minus the number mod 97; Corsica's letters count as 19 and 18."""
    plain = "".join(value.upper().split())
    body = plain[:-2].replace("2A", "19").replace("2B", "18")
    return verdict(97 - int(body) % 97 == int(plain[-2:])) if 1 <= int(plain[3:5]) <= 12 else 0.0


def steuer(value: str) -> float:
    """Germany, Steuer-ID: ISO 7064 mod 11, 10."""
    digits = digits_of(value)
    rest = 10
    for digit in digits[:10]:
        rest = ((int(digit) + rest) % 10 or 10) * 2 % 11
    return verdict((11 - rest) % 10 == int(digits[10]) and digits[0] != "0")


def pesel(value: str) -> float:
    """Poland: weights 1, 3, 7, 9."""
    digits = digits_of(value)
    return verdict((-weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3))) % 10 == int(digits[10]))


def cpf(value: str) -> float:
    """Brazil: two digits mod 11."""
    digits = digits_of(value)
    if len(set(digits)) == 1:
        return 0.0
    first = weighted(digits, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(digits, range(11, 1, -1)) * 10 % 11 % 10
    return verdict(digits[9:] == f"{first}{second}")


def cnpj(value: str) -> float:
    """Brazil, companies: two digits mod 11."""
    digits = digits_of(value)
    weights = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    rests = weighted(digits, weights) % 11, weighted(digits, (6, *weights)) % 11
    return verdict(digits[12:] == "".join(str(0 if rest < 2 else 11 - rest) for rest in rests))


def aadhaar(value: str) -> float:
    """India: Verhoeff; never begins with 0 or 1."""
    check = 0
    for place, digit in enumerate(reversed(digits_of(value))):
        check = int(VERHOEFF_D[check][int(VERHOEFF_P[place % 8][int(digit)])])
    return verdict(check == 0) if value[0] not in "01" else 0.0


def tfn(value: str) -> float:
    """Australia, tax file number: mod 11."""
    return verdict(weighted(digits_of(value), (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0)


def abn(value: str) -> float:
    """Australia, business number: mod 89 after one is taken from the first digit."""
    digits = digits_of(value)
    return verdict((weighted(digits, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0)


def medicare(value: str) -> float:
    """Australia, Medicare: first digit 2-6, ninth by weights 1, 3, 7, 9."""
    digits = digits_of(value)
    return verdict(digits[0] in "23456" and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8]))


def nric(value: str) -> float:
    """Singapore, NRIC and FIN: weights and a letter by series."""
    plain = value.upper()
    total = weighted(plain[1:8], (2, 7, 6, 5, 4, 3, 2)) + (4 if plain[0] in "TG" else 3 if plain[0] == "M" else 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}
    place = 10 - total % 11 if plain[0] == "M" else total % 11
    return verdict(letters[plain[0]][place] == plain[8])


def sin(value: str) -> float:
    """Canada: Luhn."""
    digits = digits_of(value)
    return verdict(luhn(digits)) if len(set(digits)) > 1 else 0.0


def resident(value: str) -> float:
    """China, GB 11643: a birthday within, ISO 7064 mod 11-2."""
    if not birthday(value[10:12], value[12:14]):
        return 0.0
    rest = weighted(value, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return verdict("10X98765432"[rest] == value[17].upper())


def rrn(value: str) -> float:
    """Korea: a birthday and a century. Numbers given out since October 2020 have no check digit."""
    digits = digits_of(value)
    return 1.0 if birthday(digits[2:4], digits[4:6]) and digits[6] in "12345678" else 0.0


def my_number(value: str) -> float:
    """Japan: twelve digits, mod 11."""
    digits = digits_of(value)
    rest = weighted(digits[10::-1], (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)) % 11
    return verdict((0 if rest <= 1 else 11 - rest) == int(digits[11]))


def bsn(value: str) -> float:
    """Netherlands: the eleven-proof."""
    digits = digits_of(value).zfill(9)
    return verdict(weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0)


def personnummer(value: str) -> float:
    """Sweden: a birthday (days above 60 are coordination numbers) and Luhn."""
    digits = digits_of(value)[-10:]
    day = int(digits[4:6])
    return verdict(luhn(digits)) if birthday(digits[2:4], str(day - 60 if day > 60 else day)) else 0.0


def hetu(value: str) -> float:
    """Finland: a birthday and a letter mod 31."""
    plain = value.upper()
    if not birthday(plain[2:4], plain[:2]):
        return 0.0
    return verdict(HETU[int(plain[:6] + plain[7:10]) % 31] == plain[10])


def cpr(value: str) -> float:
    """Denmark and Norway: a birthday first. Denmark gave the check digit up in 2007."""
    digits = digits_of(value)
    return 1.0 if birthday(digits[2:4], str(int(digits[:2]) % 40)) else 0.0


def rijksregister(value: str) -> float:
    """Belgium: 97 minus the number mod 97, with a 2 before it for those born since 2000."""
    digits = digits_of(value)
    body, check = digits[:9], int(digits[9:])
    return verdict(check in (97 - int(body) % 97, 97 - int("2" + body) % 97))


def ahv(value: str) -> float:
    """Switzerland: 756 and the check digit of EAN-13."""
    digits = digits_of(value)
    return verdict((-weighted(digits, (1, 3) * 6)) % 10 == int(digits[12]))


def za_id(value: str) -> float:
    """South Africa: a birthday and Luhn."""
    return verdict(luhn(value)) if birthday(value[2:4], value[4:6]) else 0.0


def turkish(value: str) -> float:
    """Turkey: the tenth and the eleventh digit."""
    digits = [int(char) for char in value]
    tenth = (7 * sum(digits[:9:2]) - sum(digits[1:8:2])) % 10
    return verdict(digits[9] == tenth and sum(digits[:10]) % 10 == digits[10])


def curp(value: str) -> float:
    """Mexico: a birthday within."""
    return 1.0 if birthday(value[6:8], value[8:10]) else 0.0


def israeli(value: str) -> float:
    """Israel: nine digits and Luhn."""
    return verdict(luhn(digits_of(value)))


def thai(value: str) -> float:
    """Thailand: thirteen digits, mod 11."""
    digits = digits_of(value)
    return verdict((11 - weighted(digits, range(13, 1, -1)) % 11) % 10 == int(digits[12]))


def rodne(value: str) -> float:
    """Czechia and Slovakia: a birthday (women's months are 50 more); ten digits divide by 11."""
    digits = digits_of(value)
    return (
        verdict(len(digits) == 9 or int(digits) % 11 == 0) if birthday(str(int(digits[2:4]) % 50), digits[4:6]) else 0.0
    )


TAIWAN = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


def taiwanese(value: str) -> float:
    """Taiwan: the letter as two digits, and weights."""
    first = TAIWAN[value[0]]
    total = first // 10 + first % 10 * 9 + weighted(value[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))
    return verdict(total % 10 == 0)


def snils(value: str) -> float:
    """Russia: nine digits mod 101."""
    digits = digits_of(value)
    return verdict(weighted(digits, range(9, 0, -1)) % 101 % 100 == int(digits[9:]))


def cnp(value: str) -> float:
    """Romania: a birthday and a digit mod 11."""
    rest = weighted(value, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return verdict((1 if rest == 10 else rest) == int(value[12])) if birthday(value[3:5], value[5:7]) else 0.0
