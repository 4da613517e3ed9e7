"""What signals are built from: embedders by tier, a look at the pools' load, files that a user names.

It holds what the house gives. It opens and measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .errors import TierMissing
from .signal import Embedder, Tier, TierChoice

MISSING = {
    "static": "the static embedding tier is not there: set embedder: {tier: auto}",
    "model": "the model tier is not there: pip install 'wrp-router[model]', and set embedder: {tier: auto}",
}


def idle(pool: str) -> float:
    """The load of a pool where nobody measures: none."""
    return 0.0


def no_file(path: str) -> bytes:
    """Where there are no files. Raises FileNotFoundError."""
    raise FileNotFoundError(path)


@dataclass(frozen=True, slots=True)
class Materials:
    """`static` and `model` are the embedders of the two tiers, where there are any; a model of sentence-transformers
    stands at `model`. `prefer` is what "auto" takes if it is there. `load(pool)` is the busy share of a pool, 0 to 1,
    more where requests wait: any thread may call it. `read_file` gives a file that a declaration names; raises OSError.
    `secret` keys hashes of what was asked, so that nobody can aim at them.
    """

    static: Embedder | None = None
    model: Embedder | None = None
    prefer: Literal["static", "model"] = "model"
    load: Callable[[str], float] = idle
    read_file: Callable[[str], bytes] = no_file
    secret: bytes = b""

    @classmethod
    def none(cls) -> Materials:
        """No tier, no pools, no files."""
        return cls()

    def embedders(self) -> dict[Tier, Embedder]:
        """Those that are there, by tier."""
        found: dict[Tier, Embedder | None] = {"static": self.static, "model": self.model}
        return {tier: embedder for tier, embedder in found.items() if embedder is not None}

    def embedder(self, tier: TierChoice) -> tuple[Tier, Embedder]:
        """The tier that a declaration gets, and its embedder. "auto" takes the preferred one, else the other.

        Raises TierMissing, whose message says what to install or configure.
        """
        other: Literal["static", "model"] = "static" if self.prefer == "model" else "model"
        for name in (self.prefer, other) if tier == "auto" else (tier,):
            embedder = self.static if name == "static" else self.model
            if embedder is not None:
                return name, embedder
        raise TierMissing(MISSING[self.prefer if tier == "auto" else tier])
