"""What is remembered and counted."""

from wrp_router.fakes.seen import Counters, Seen


def test_only_what_ended_well_counts_as_tokens():
    """Cancellations and faults are counted apart."""
    counters = Counters()
    for ended in ("done", "client_gone", "fault"):
        seen = Seen("POST", "/", {}, b'{"a": 1}', 0.0, 1, tokens=5, cached_tokens=2)
        seen.end(ended, 1.0)
        counters.count(seen, 10)
    assert (counters.done, counters.cancellations, counters.faults) == (1, 1, 1)
    assert (counters.prompt_tokens, counters.cached_tokens, counters.generation_tokens) == (10, 2, 5)
    assert seen.json() == {"a": 1}
    assert "body" not in repr(seen)
