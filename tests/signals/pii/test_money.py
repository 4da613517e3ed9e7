"""Bank accounts: where an IBAN ends."""

import pytest

from wrp_signals.pii import find, money


@pytest.mark.parametrize("written", ["DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19"])
def test_an_iban_ends_where_its_country_says(written):
    """Whatever digits follow it."""
    text = f"to {written} 2024 please"
    data = text.encode()
    assert data[3 : money.iban_end(data, 3, len(data))].decode().strip() == written
    assert [text[span.start : span.end] for span in find(text, ["IBAN_CODE"])] == [written]
