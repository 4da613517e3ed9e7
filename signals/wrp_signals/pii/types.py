"""The types of personal data and secrets, their groups, the names that other tools give them, and what a span is."""

from __future__ import annotations

from typing import Literal

import msgspec


class Span(msgspec.Struct, frozen=True, gc=False):
    """Where in a text something stands: characters `start` to `end` (exclusive) of the text that was given.

    `score` in [0, 1] is how sure; `detail` names a kind within the type (the provider of a key, the country of an id).
    It never holds the value.
    """

    type: str
    start: int
    end: int
    score: float = 1.0
    detail: str = ""


GROUPS: dict[str, tuple[str, ...]] = {
    "contact": ("EMAIL_ADDRESS", "PHONE_NUMBER"),
    "financial": (
        "CREDIT_CARD",
        "CREDIT_CARD_CVV",
        "IBAN_CODE",
        "SWIFT_CODE",
        "BANK_ACCOUNT",
        "ABA_ROUTING_NUMBER",
        "SORT_CODE",
        "CRYPTO",
    ),
    "national": (
        "US_SSN",
        "US_ITIN",
        "UK_NHS",
        "UK_NINO",
        "NATIONAL_ID",
        "TAX_ID",
        "PASSPORT",
        "DRIVER_LICENSE",
        "DATE_OF_BIRTH",
        "VEHICLE_ID",
        "DEVICE_ID",
        "MEDICAL_RECORD",
        "MEDICAL_LICENSE",
    ),
    "network": ("IP_ADDRESS", "MAC_ADDRESS"),
    "secrets": ("API_KEY", "JWT", "PRIVATE_KEY", "PASSWORD", "AUTH_TOKEN"),
    "mild": ("URL", "DOMAIN_NAME", "DATE_TIME", "AGE", "ZIP_CODE"),
    "names": ("PERSON", "STREET_ADDRESS", "LOCATION"),
}
"""Types by what they give away. `mild` ones identify nobody alone: they are found if asked for by name or by group.
`names` are guesses by words, not by structure: `names.py`."""

STRUCTURED: tuple[str, ...] = tuple(type for name, types in GROUPS.items() if name != "names" for type in types)
"""All that patterns find."""

DEFAULT: tuple[str, ...] = tuple(type for type in STRUCTURED if type not in GROUPS["mild"])
"""What a signal looks for unless told otherwise."""

TypeName = Literal[
    "contact", "financial", "national", "network", "secrets", "mild", "names",
    "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "CREDIT_CARD_CVV", "IBAN_CODE", "SWIFT_CODE", "BANK_ACCOUNT",
    "ABA_ROUTING_NUMBER", "SORT_CODE", "CRYPTO", "US_SSN", "US_ITIN", "UK_NHS", "UK_NINO", "NATIONAL_ID", "TAX_ID",
    "PASSPORT", "DRIVER_LICENSE", "DATE_OF_BIRTH", "VEHICLE_ID", "DEVICE_ID", "MEDICAL_RECORD", "MEDICAL_LICENSE",
    "IP_ADDRESS", "MAC_ADDRESS", "API_KEY", "JWT", "PRIVATE_KEY", "PASSWORD", "AUTH_TOKEN", "URL", "DOMAIN_NAME",
    "DATE_TIME", "AGE", "ZIP_CODE", "PERSON", "STREET_ADDRESS", "LOCATION",
]  # fmt: skip
"""What a declaration may ask for: a group, or a type."""

CANONICAL: dict[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": ("EMAIL",),
    "PHONE_NUMBER": ("PHONE", "PHONE_US", "PHONE_JP", "PHONE_E164", "TELEPHONE", "TELEPHONENUM", "MOBILE", "FAX"),
    "CREDIT_CARD": ("CREDITCARD", "CREDIT_CARD_NUMBER", "CREDITCARDNUMBER", "CARD_NUMBER", "CREDIT_DEBIT_CARD"),
    "CREDIT_CARD_CVV": ("CVV", "CREDITCARDCVV"),
    "IBAN_CODE": ("IBAN",),
    "SWIFT_CODE": ("SWIFT", "BIC", "SWIFT_BIC", "SWIFT_BIC_CODE"),
    "BANK_ACCOUNT": ("US_BANK_NUMBER", "ACCOUNT_NUMBER", "ACCOUNTNUM", "BANK_ACCOUNT_NUMBER", "ACCOUNTNUMBER"),
    "ABA_ROUTING_NUMBER": ("ROUTING_NUMBER", "BANK_ROUTING_NUMBER", "ABA_ROUTING"),
    "CRYPTO": ("BITCOINADDRESS", "ETHEREUMADDRESS", "LITECOINADDRESS", "CRYPTO_WALLET", "WALLET_ADDRESS"),
    "US_SSN": ("SSN", "SSN_US", "SOCIALNUM", "SOCIAL_SECURITY_NUMBER"),
    "US_ITIN": ("ITIN",),
    "UK_NHS": ("NHS_NUMBER",),
    "UK_NINO": ("NINO",),
    "NATIONAL_ID": (
        *("ES_NIF", "ES_NIE", "PL_PESEL", "IN_AADHAAR", "SG_NRIC_FIN", "FI_PERSONAL_IDENTITY_CODE", "KR_RRN"),
        *("CN_RESIDENT_ID", "BR_CPF", "IDCARD", "IDCARDNUM", "ID_CARD", "NATIONAL_ID_NUMBER", "MYNUMBER_JP"),
        *("JP_MY_NUMBER", "TH_TNIN", "CA_SIN", "ZA_ID_NUMBER", "TR_NATIONAL_ID", "SE_PERSONNUMMER", "AU_MEDICARE"),
    ),
    "TAX_ID": ("IT_FISCAL_CODE", "IN_PAN", "AU_TFN", "AU_ABN", "AU_ACN", "DE_TAX_ID", "TAXNUM", "IT_VAT_CODE"),
    "PASSPORT": ("US_PASSPORT", "IN_PASSPORT", "UK_PASSPORT", "PASSPORT_NUMBER", "PASSPORTNUM", "IT_PASSPORT"),
    "DRIVER_LICENSE": ("US_DRIVER_LICENSE", "DRIVERLICENSENUM", "DRIVERS_LICENSE", "IT_DRIVER_LICENSE"),
    "DATE_TIME": ("DATE_OF_BIRTH", "DOB", "DATE", "BIRTHDATE", "DATEOFBIRTH", "TIME"),
    "VEHICLE_ID": ("VIN", "VEHICLEVIN"),
    "DEVICE_ID": ("IMEI", "PHONEIMEI"),
    "MEDICAL_RECORD": ("MRN", "MEDICAL_RECORD_NUMBER"),
    "MEDICAL_LICENSE": ("DEA_NUMBER",),
    "IP_ADDRESS": ("IP", "IPV4", "IPV6"),
    "MAC_ADDRESS": ("MAC",),
    "URL": ("DOMAIN_NAME", "DOMAIN", "WEBSITE"),
    "ZIP_CODE": ("ZIPCODE", "ZIP", "ZIP_US", "POSTAL_CODE", "POSTCODE", "POSTAL_JP"),
    "API_KEY": ("SECRET", "SEC_AWS_KEY", "APIKEY", "API_TOKEN", "ACCESS_KEY", "AWS_ACCESS_KEY", "SECRET_KEY"),
    "AUTH_TOKEN": ("TOKEN", "SEC_TOKEN", "SEC_COOKIE", "COOKIE", "BEARER_TOKEN", "SESSION_ID"),
    "JWT": ("SEC_JWT_LIKE", "JWT_TOKEN"),
    "PASSWORD": ("PASS", "PIN", "PASSPHRASE"),
    "PERSON": ("NAME", "GIVENNAME", "SURNAME", "FIRST_NAME", "LAST_NAME", "FIRSTNAME", "LASTNAME"),
    "STREET_ADDRESS": ("ADDRESS", "STREET", "STREETADDRESS"),
    "LOCATION": ("GPE", "CITY", "COUNTRY", "STATE", "COUNTY"),
}
"""Our name for what files and tools label otherwise (presidio, its research sets, ai4privacy, noren)."""

_NAMES = {alias: name for name, aliases in CANONICAL.items() for alias in aliases}


def canonical(label: str) -> str:
    """One name for a label however a file spells it: "ssn", "US-SSN" and "US_SSN" are "US_SSN"; "dob" is "DATE_TIME".

    Compare what a signal found with what a file says through this, on both sides. Unknown labels come back in upper
    case.
    """
    name = label.strip().upper().replace("-", "_").replace(" ", "_")
    return _NAMES.get(name, name)


def expand(names: tuple[str, ...]) -> frozenset[str]:
    """Types out of names of types and groups. Raises KeyError with the name that is neither."""
    types: set[str] = set()
    for name in names:
        group = GROUPS.get(name)
        if group is None and name not in STRUCTURED and name not in GROUPS["names"]:
            raise KeyError(name)
        types.update(group or (name,))
    return frozenset(types)
