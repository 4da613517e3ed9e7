"""National numbers by their check digits."""

import pytest

from wrp_signals.pii import national


@pytest.mark.parametrize(
    ("check", "value", "sure"),
    [
        (national.ssn, "536-22-1234", True),
        (national.ssn, "000-12-3456", False),
        (national.nhs, "943 476 5919", True),
        (national.nhs, "943 476 5918", False),
        (national.nif, "12345678Z", True),
        (national.nif, "12345678A", False),
        (national.cpf, "529.982.247-25", True),
        (national.cpf, "529.982.247-26", False),
        (national.pesel, "44051401359", True),
        (national.pesel, "44051401358", False),
        (national.bsn, "111222333", True),
        (national.bsn, "111222334", False),
        (national.snils, "112-233-445 95", True),
        (national.snils, "112-233-445 96", False),
        (national.ahv, "756.9217.0769.85", True),
        (national.ahv, "756.9217.0769.84", False),
    ],
)
def test_values(check, value, sure):
    """Only what is right in every digit is certain."""
    assert (check(value) == 1.0) is sure
