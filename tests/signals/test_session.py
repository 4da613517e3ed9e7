"""The signal says by what a conversation is known, and never its name."""

import pytest

from wrp_signals import Message, RequestView, SessionSpec

READ = SessionSpec().build().read


@pytest.mark.parametrize(
    ("session", "messages", "value", "score"),
    [
        ("", 1, "none", 0.0),
        ("abc", 1, "named", 1.0),
        ("h:0123", 1, "named", 1.0),
        ("fp:0123", 2, "fingerprint", 0.5),
        ("fp:0123", 5, "fingerprint", 0.8),
    ],
)
def test_names_are_surer_than_fingerprints(session, messages, value, score):
    """And a conversation that has gone on is surer than one that begins like others."""
    reading = READ(RequestView("chat", "m", (Message("user", "x"),) * messages, session=session))
    assert (reading.value, reading.score, reading.evidence) == (value, score, ())
