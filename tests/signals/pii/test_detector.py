"""What every detector has in common."""

from wrp_signals.pii import detector
from wrp_signals.pii.find import DETECTORS


def test_what_needs_no_check():
    """Any value is plausible, and ends where its pattern ended."""
    assert detector.plausible("anything") == 1.0
    assert detector.to_end(b"abc", 0, 2) == 2


def test_every_detector_says_what_it_seeks():
    """A type for each, and no pattern without one."""
    assert all(one.type for one in DETECTORS)
