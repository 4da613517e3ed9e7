"""Simplified text is made of what both ways of writing share, what Japan writes, and the rest."""

from wrp_signals.training.simplified import ONLY_CHINESE, simplified


def test_characters_are_as_frequent_as_what_is_known_of_them():
    """Shared ones as in traditional text, Japanese ones as there, the rest alike."""
    traditional = [{"的": 60.0, "國": 40.0}, {}, {}, {}, {}]
    japanese = [{"の": 55.0, "国": 45.0}, {}, {}, {}, {}]
    counts = simplified(traditional, japanese)[0]
    total = sum(counts.values())
    assert "國" not in counts
    assert "の" not in counts
    assert counts["国"] > counts["的"] > counts["讨"] > 0
    assert counts["讨"] == counts["论"]
    rest = total - counts["国"] - counts["的"]
    assert abs(rest / total - ONLY_CHINESE) < 1e-6
    assert 3_500 < len(counts) <= 3_755
