"""Keys, passwords and wallets: entropy, placeholders, checksums."""

import pytest

from wrp_signals.pii import credentials


@pytest.mark.parametrize(
    ("check", "value", "sure"),
    [
        (credentials.key, "sk-abcdefghijklmnopqrstuvwx1234", True),
        (credentials.key, "your-api-key-here", False),
        (credentials.password, "hunter2!X", True),
        (credentials.password, "password", False),
        (credentials.jwt, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", True),
        (credentials.jwt, "eyJx.y.z", False),
        (credentials.base58check, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", True),
        (credentials.base58check, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", False),
        (credentials.bech32, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", True),
        (credentials.bech32, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", False),
        (credentials.ethereum, "0x52908400098527886E0F7030069857D2E4169EE7", True),
    ],
)
def test_values(check, value, sure):
    """Only what is right in every digit is certain."""
    assert (check(value) == 1.0) is sure


def test_what_a_secret_is_made_of():
    """Bits per character, kinds of characters, and stand-ins for a secret."""
    assert credentials.entropy("aaaa") == pytest.approx(0.0)
    assert credentials.entropy("a1b2c3d4") == pytest.approx(3.0)
    assert credentials.kinds("aA1!") == 4
    assert credentials.placeholder("xxxxxxxx")
    assert not credentials.placeholder("k3yR4nd0m")
