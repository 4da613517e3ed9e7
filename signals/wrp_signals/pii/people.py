"""The numbers that states, registers and hospitals give to people and their things."""

from __future__ import annotations

from functools import partial

from . import national
from .checks import dea, imei, vin
from .contact import dated
from .detector import Detector


def numbered(value: str) -> float:
    """A document's number: it has digits, and is more than a year."""
    digits = sum(char.isdigit() for char in value)
    return 1.0 if digits >= 4 and not (value.isdigit() and len(value) < 6) else 0.0


def grouped(value: str) -> float:
    """At least seven digits that are no date."""
    return 1.0 if sum(char.isdigit() for char in value) >= 7 and not dated(value) else 0.0


national_id = partial(Detector, "NATIONAL_ID", words="identity", left=b".-/$", right=b".-/")

US = (
    Detector("US_SSN", r"\b\d{3}-\d{2}-\d{4}\b", 0.85, 0.98, "ssn", national.ssn, left=b".-/", right=b".-/"),
    Detector("US_SSN", r"\b\d{3}[ .]\d{2}[ .]\d{4}\b", 0.0, 0.95, "ssn", national.ssn, left=b".-/", right=b".-/"),
    Detector("US_SSN", r"\b\d{9}\b", 0.0, 0.9, "ssn", national.ssn, left=b".-/$", right=b".-/", before=40),
    Detector(
        "US_ITIN", r"\b9\d{2}[ \-]?[5-9]\d[ \-]?\d{4}\b", 0.0, 0.98, "itin", national.itin, left=b".-/", right=b".-/"
    ),
    Detector("US_ITIN", r"\b9\d{2}-[5-9]\d-\d{4}\b", 0.7, check=national.itin, left=b".-/", right=b".-/"),
)
UK = (
    Detector("UK_NHS", r"\b\d{3}[ \-]?\d{3}[ \-]?\d{4}\b", 0.0, 0.97, "nhs", national.nhs, left=b".-/$", right=b".-/"),
    Detector(
        "UK_NINO",
        r"(?i)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
        0.85,
        0.97,
        "nino",
        national.nino,
    ),
    Detector("UK_NINO", r"(?i)\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Z]\b", 0.0, 0.9, "nino"),
)

COUNTRIES = (
    national_id(r"(?i)\b(?:\d{8}|[XYZ]-?\d{7})-?[A-Z]\b", 0.8, 0.95, check=national.nif, detail="ES"),
    national_id(
        r"(?i)\b[12] ?\d{2} ?[01]\d ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b", 0.8, 0.96, check=national.nir, detail="FR"
    ),
    national_id(r"\b\d{11}\b", 0.0, 0.9, check=national.pesel, detail="PL"),
    national_id(r"\b[1-9]\d{10}\b", 0.0, 0.9, check=national.turkish, detail="TR"),
    national_id(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", 0.95, 0.97, check=national.cpf, detail="BR"),
    national_id(r"\b\d{11}\b", 0.0, 0.9, check=national.cpf, detail="BR"),
    national_id(r"\b[2-9]\d{3}([ \-])\d{4}[ \-]\d{4}\b", 0.75, 0.96, check=national.aadhaar, detail="IN"),
    national_id(r"\b[2-9]\d{11}\b", 0.0, 0.92, check=national.aadhaar, detail="IN"),
    national_id(r"(?i)\b[STFGM]\d{7}[A-Z]\b", 0.75, 0.95, check=national.nric, detail="SG"),
    national_id(r"\b\d{3}[ \-]\d{3}[ \-]\d{3}\b", 0.0, 0.92, check=national.sin, detail="CA"),
    national_id(r"\b\d{9}\b", 0.0, 0.8, check=national.sin, detail="CA"),
    national_id(r"\b[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx]\b", 0.9, 0.98, check=national.resident, detail="CN"),
    national_id(r"\b\d{2}[01]\d[0-3]\d-[1-8]\d{6}\b", 0.85, 0.97, check=national.rrn, detail="KR"),
    national_id(r"\b\d{4}[ \-]?\d{4}[ \-]?\d{4}\b", 0.0, 0.93, check=national.my_number, detail="JP"),
    national_id(r"\b\d{8,9}\b|\b\d{4}\.\d{2}\.\d{3}\b", 0.0, 0.85, check=national.bsn, detail="NL"),
    national_id(r"\b(?:19|20)?\d{6}[\-+]\d{4}\b", 0.75, 0.95, check=national.personnummer, detail="SE"),
    national_id(r"\b[0-3]\d[01]\d{3}[\-+A-FU-Y]\d{3}[0-9A-Y]\b", 0.8, 0.97, check=national.hetu, detail="FI"),
    national_id(r"\b[0-3]\d[01]\d{3}-?\d{4}\b", 0.0, 0.9, check=national.cpr, detail="DK"),
    national_id(r"\b[0-7]\d[01]\d{3} ?\d{5}\b", 0.0, 0.88, check=national.cpr, detail="NO"),
    national_id(r"\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b", 0.95, 0.97, check=national.rijksregister, detail="BE"),
    national_id(r"\b756\.?\d{4}\.?\d{4}\.?\d{2}\b", 0.85, 0.97, check=national.ahv, detail="CH"),
    national_id(r"\b\d{13}\b", 0.0, 0.9, check=national.za_id, detail="ZA"),
    national_id(
        r"(?i)\b[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d\b", 0.9, 0.97, check=national.curp, detail="MX"
    ),
    national_id(r"\b\d{9}\b", 0.0, 0.8, check=national.israeli, detail="IL"),
    national_id(
        r"\b\d-\d{4}-\d{5}-\d{2}-\d\b|\b\d ?\d{4} ?\d{5} ?\d{2} ?\d\b", 0.0, 0.92, check=national.thai, detail="TH"
    ),
    national_id(r"\b[2-6]\d{3} ?\d{5} ?\d\b", 0.0, 0.9, check=national.medicare, detail="AU"),
    national_id(r"(?i)\b[A-Z]{0,3}-?\d{6,14}[A-Z]?\b", 0.0, 0.62, check=numbered, detail="", before=28),
    national_id(r"\b\d{2,7}(?:[ \-./]\d{1,7}){1,4}\b", 0.0, 0.58, check=grouped, detail="", before=28),
    national_id(r"\b\d{2}[0-8]\d[0-3]\d/\d{3,4}\b", 0.75, 0.95, check=national.rodne, detail="CZ"),
    national_id(r"\b[A-Z][1289]\d{8}\b", 0.75, 0.95, check=national.taiwanese, detail="TW"),
    national_id(r"\b[0-3]\d[01]\d{3}-\d{5}\b", 0.0, 0.9, check=national.cpr, detail="LV"),
    national_id(r"\b\d{3}-\d{3}-\d{3}[ \-]\d{2}\b", 0.85, 0.96, check=national.snils, detail="RU"),
    national_id(r"\b[1-8]\d{12}\b", 0.0, 0.93, check=national.cnp, detail="RO"),
)

TAX = (
    Detector(
        "TAX_ID",
        r"(?i)\b[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b",
        0.95,
        0.98,
        "tax",
        national.codice,
        detail="IT",
        spots="code",
    ),
    Detector("TAX_ID", r"\b[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]\b", 0.8, 0.97, "tax", detail="IN", spots="code"),
    Detector("TAX_ID", r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b", 0.0, 0.92, "tax", national.steuer, detail="DE"),
    Detector("TAX_ID", r"\b\d{3}[ \-]?\d{3}[ \-]?\d{3}\b", 0.0, 0.92, "tax", national.tfn, detail="AU"),
    Detector("TAX_ID", r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b", 0.0, 0.91, "tax", national.abn, detail="AU"),
    Detector("TAX_ID", r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b", 0.95, check=national.cnpj, detail="BR"),
    Detector("TAX_ID", r"\b\d{2}-\d{7}\b", 0.0, 0.8, "tax", detail="US", left=b".-/$"),
    Detector("TAX_ID", r"\b[A-Z]{2} ?\d{8,11}[A-Z]?\b", 0.0, 0.7, "tax", numbered, detail="VAT", before=32),
)

DOCUMENTS = (
    Detector(
        "PASSPORT", r"(?i)\b[A-Z]{0,3}\d{6,9}[A-Z]?\b", 0.0, 0.9, "passport", numbered, before=48, spots="digits words"
    ),
    Detector(
        "PASSPORT",
        r"\b[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}\b",
        0.0,
        0.88,
        "passport",
        numbered,
        detail="DE",
        before=48,
        spots="digits words",
    ),
    Detector(
        "DRIVER_LICENSE",
        r"(?i)\b[A-Z]{0,3}\d{4,14}[A-Z]{0,3}\b",
        0.0,
        0.88,
        "licence",
        numbered,
        before=48,
        spots="digits words",
    ),
    Detector(
        "DRIVER_LICENSE",
        r"(?i)\b[A-Z]\d{2,4}(?:[ \-]\d{2,6}){1,4}\b|\b\d{2,4}(?:[ \-]\d{2,5}){1,3}\b",
        0.0,
        0.85,
        "licence",
        numbered,
        before=48,
        spots="digits words",
    ),
    Detector(
        "DRIVER_LICENSE", r"\b[A-Z9]{5}\d{6}[A-Z9]{2}\d[A-Z]{2}\b", 0.8, 0.95, "licence", detail="UK", spots="digits"
    ),
    Detector("VEHICLE_ID", r"(?i)\b[A-HJ-NPR-Z0-9]{17}\b", 0.55, 0.92, "vehicle", vin, spots="digits words"),
    Detector("DEVICE_ID", r"\b\d{15}\b|\b\d{2}[ \-]\d{6}[ \-]\d{6}[ \-]\d\b", 0.0, 0.93, "device", imei),
    Detector(
        "MEDICAL_RECORD",
        r"(?i)\b[A-Z]{0,4}-?\d{5,12}[A-Z]?\b",
        0.0,
        0.85,
        "medical",
        numbered,
        before=32,
        spots="digits words",
    ),
    Detector("MEDICAL_LICENSE", r"(?i)\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b", 0.55, 0.9, "prescriber", dea),
)

PEOPLE = (*US, *UK, *COUNTRIES, *TAX, *DOCUMENTS)
