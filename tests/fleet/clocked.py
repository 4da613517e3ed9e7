"""A fleet with a clock, whose servers take as long as they are told to."""

from __future__ import annotations

from tests.fleet.makers import Watched, asked, done
from wrp_policies.types import Outcome
from wrp_router.fleet import PoolSpec

RATE = 1e-3
NAMES = ("s0", "s1", "s2", "s3", "s4")


class Fleet(Watched):
    """A fleet with a clock: prompts take a millisecond a token, times what is said of a server."""

    def __init__(self, *pools: PoolSpec) -> None:
        super().__init__(*pools)
        self.now = 0.0
        self.times = dict.fromkeys(NAMES, 1.0)

    def ask(self, name: str, tokens: int = 500, outcome: Outcome | None = None) -> None:
        """One streamed answer, its prompt alone there. Raises CannotLease."""
        lease = self.lease("p", name, self.now, None, asked(tokens))
        self.now += self.times[name] * RATE * tokens
        lease.first(self.now)
        lease.end(outcome or done(tokens_out=50), self.now)

    def rounds(self, count: int) -> None:
        """So many answers of each server that is up, of prompts of several lengths."""
        for number in range(count):
            for name in NAMES:
                if name in self.up(self.now):
                    self.ask(name, 200 + 100 * (number % 5))
