"""One request in an engine."""

from __future__ import annotations

from wrp_router.sim.batching import Job


def test_what_it_begins_with() -> None:
    """Nothing is computed, seen or cached; its blocks cannot change under it."""
    blocks = [1, 2]
    job = Job("key", 700, 3, blocks)
    blocks.append(3)
    assert (job.key, job.prompt, job.output, job.blocks) == ("key", 700, 3, (1, 2))
    assert (job.added, job.first, job.last, job.cached, job.preempted) == (0.0, 0.0, 0.0, 0, 0)


def test_a_request_without_tokens_has_one_of_each() -> None:
    """An engine computes a token of prompt and generates one at least."""
    job = Job(None, 0, 0)
    assert (job.prompt, job.output) == (1, 1)
