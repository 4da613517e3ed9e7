"""Check digits: numbers from the documents that define them pass, one changed digit does not."""

import pytest

from wrp_signals.pii import checks, contact, credentials, national, network
from wrp_signals.pii.checks import TYPO

PROVEN = {
    checks.card: ("4111 1111 1111 1111", "378282246310005", "30569309025904", "2221000000000009"),
    checks.iban: ("GB29NWBK60161331926819", "DE89 3704 0044 0532 0130 00", "NO9386011117947"),
    checks.aba: ("021000021", "1110-0002-5"),
    checks.imei: ("490154203237518",),
    checks.vin: ("1HGCM82633A004352", "1M8GDM9AXKP042788"),
    checks.dea: ("AP5836727",),
    national.nhs: ("943 476 5919",),
    national.nif: ("12345678Z", "X1234567L", "Y7654321G"),
    national.codice: ("RSSMRA85T10A562S",),
    national.nir: ("1 84 12 76 451 089 46", "2 55 08 2A 123 456 46"),
    national.steuer: ("86095742719",),
    national.pesel: ("44051401359",),
    national.cpf: ("529.982.247-25",),
    national.cnpj: ("11.222.333/0001-81",),
    national.aadhaar: ("234123412346",),
    national.tfn: ("123 456 782",),
    national.abn: ("51 824 753 556",),
    national.medicare: ("2123 45670 1",),
    national.nric: ("S1234567D", "F1234567N", "M1234567K"),
    national.sin: ("046 454 286",),
    national.resident: ("11010519491231002X",),
    national.my_number: ("123456789018",),
    national.bsn: ("111222333",),
    national.personnummer: ("811228-9874", "19811228-9874", "701063-2391"),
    national.hetu: ("131052-308T",),
    national.rijksregister: ("85.07.30-033.28",),
    national.ahv: ("756.9217.0769.85",),
    national.za_id: ("8001015009087",),
    national.turkish: ("10000000146",),
    national.israeli: ("123456782",),
    national.thai: ("1101700230708",),
    national.rodne: ("736028/5163",),
    national.taiwanese: ("A123456789",),
    national.snils: ("112-233-445 95",),
    national.cnp: ("1800101221144",),
    credentials.base58check: ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
    credentials.bech32: ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",),
}
CASES = [(check, value) for check, values in PROVEN.items() for value in values]


@pytest.mark.parametrize(("check", "value"), CASES)
def test_published_numbers_pass(check, value):
    """Examples from the issuers' own documents, or computed by their rule."""
    assert check(value) == 1.0


@pytest.mark.parametrize(("check", "value"), CASES)
def test_changed_digits_do_not(check, value):
    """Some place in each number, changed by one, is noticed; never by an exception."""
    places = [at for at, char in enumerate(value) if char in "234567" and value[at : at + 2].upper() != "2A"]
    changed = [value[:place] + str(int(value[place]) + 1) + value[place + 1 :] for place in places]
    assert all(check(one) <= 1.0 for one in changed)
    assert any(check(one) <= TYPO for one in changed)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (checks.card, "0000000000000000"),
        (checks.card, "9111111111111111"),
        (checks.card, "41111"),
        (checks.iban, "XX29NWBK60161331926819"),
        (checks.iban, "GB29NWBK601613319268190000"),
        (checks.iban, "GB29NWBKABCDEFGHIJKLMN"),
        (checks.swift, "ABCDXXFF"),
        (checks.swift, "Swiftdem"),
        (checks.aba, "0210000"),
        (checks.imei, "000000000000000"),
        (checks.vin, "11111111111111111"),
        (checks.vin, "1HGCM82633A00435I"),
        (checks.dea, "AP5836728"),
        (checks.ipv6, "1::2::3"),
        (checks.mac, "FF:FF:FF:FF:FF:FF"),
        (checks.mac, "00:1A-2B:3C:4D:5E"),
        (national.ssn, "111-11-1111"),
        (national.nhs, "943 476"),
        (national.itin, "900-66-1234"),
        (national.nir, "1 84 13 76 451 089 46"),
        (national.cpf, "111.111.111-11"),
        (national.aadhaar, "134123412346"),
        (national.sin, "000 000 000"),
        (national.resident, "11010519491331002X"),
        (national.rrn, "991301-1234567"),
        (national.personnummer, "811328-9874"),
        (national.hetu, "131352-308T"),
        (national.cpr, "321299-1234"),
        (national.za_id, "8013015009087"),
        (national.curp, "HEGG561327MVZRRL04"),
        (national.rodne, "739928/5163"),
        (national.cnp, "1801301221144"),
        (credentials.base58check, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"),
        (credentials.base58check, "z" * 35),
        (credentials.bech32, "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"),
        (contact.national, "12345"),
        (contact.national, "010 101 0101"),
        (contact.national, "2001-2002"),
        (contact.national, "12-31-1999 10"),
        (contact.plain, "1230000"),
        (contact.international, "+999 12"),
        (network.url, "://"),
        (network.url, "http://-x"),
        (network.domain, "end.It"),
        (network.age, "130"),
        (network.domain, "os.path"),
        (credentials.ethereum, "0x" + "0" * 40),
    ],
)
def test_what_cannot_be_is_refuted(check, value):
    """No issuer, no country, no such day."""
    assert check(value) == 0.0


@pytest.mark.parametrize(
    ("check", "value", "left"),
    [
        (checks.card, "4111111111111112", TYPO),
        (checks.card, "503890547220", 0.75),
        (checks.iban, "GB67ISPK6978674533169", 0.85),
        (checks.iban, "GB29NWBK60161331926810", TYPO),
        (checks.ipv4, "127.0.0.1", 0.4),
        (checks.ipv4, "224.0.0.1", 0.4),
        (checks.ipv4, "10.0.0.7", 0.75),
        (checks.ipv4, "10.0.0.07", 0.75 * TYPO),
        (checks.ipv4, "152.05.250.205", TYPO),
        (checks.ipv4, "00.00.00.00", 0.4),
        (checks.ipv6, "::1", 0.4),
        (checks.ipv6, "::2", 0.4),
        (national.ssn, "219-09-9998", 1.0),
        (national.ssn, "666-09-9998", TYPO),
        (national.nino, "ZZ123456C", TYPO),
        (national.cpr, "070761-4285", 1.0),
        (national.rrn, "900101-1234567", 1.0),
        (national.curp, "HEGG560427MVZRRL04", 1.0),
        (credentials.jwt, "eyJxxxxxxxx.yyyyyyyyy.z", TYPO),
        (credentials.jwt, "eyJhIjogMX0.yyyyyyyyy", TYPO),
        (credentials.bearer, "goodnewseverybody", 0.0),
        (credentials.password, "correct!", 1.0),
        (credentials.password, "good.bye.now.v1", 0.0),
        (credentials.password, "required.", 0.0),
        (credentials.assigned_key, "short1", 0.0),
        (credentials.strong_password, "Ab1", 0.0),
    ],
)
def test_doubts_are_weighed(check, value, left):
    """What is neither proven nor refuted keeps a part of its score."""
    assert check(value) == left


def test_nothing_has_no_entropy():
    """An empty value is as even as can be."""
    assert credentials.entropy("") == 0.0
    assert credentials.entropy("abcd") == 2.0
