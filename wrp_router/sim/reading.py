"""What a simulated request is asked about itself: signals, vectors, second looks. All at once, as no time goes by."""

from __future__ import annotations

from collections.abc import Mapping

from wrp_cache.against import Judge
from wrp_router.flow import Embed, Read, Review
from wrp_signals import Embedder, Signal, Tier
from wrp_signals.facts import Reading, RequestView, Vector


class Reader:
    """For one request. Each tier embeds what was asked once."""

    __slots__ = ("_embedders", "_reviewer", "_signals", "_vectors")

    def __init__(
        self, signals: Mapping[str, Signal], embedders: Mapping[Tier, Embedder], reviewer: Judge | None = None
    ) -> None:
        self._signals, self._embedders, self._reviewer = signals, embedders, reviewer
        self._vectors: dict[Tier, Vector] = {}

    def read(self, command: Read) -> dict[str, Reading]:
        """The readings by name; those that are missing stay unknown."""
        readings: dict[str, Reading] = {}
        for name in command.signals:
            signal = self._signals.get(name)
            if signal is None or command.patience <= 0:
                continue  # its tier is missing, or no time is left: unknown
            try:
                vector = self._vector(signal.tier, command.view)
                if vector is not None or signal.tier == "none":
                    readings[name] = signal.read(command.view, vector)
            except Exception:  # noqa: S112 - as live: a signal that fails is unknown for this request; there it is logged
                continue
        return readings

    def embed(self, command: Embed) -> Vector | None:
        """A tier's vector of what was asked, if there is one and time for it."""
        return self._vector(command.tier, command.view) if command.patience > 0 else None

    def review(self, command: Review) -> str | None:
        """The evidence against one answer for two questions."""
        if self._reviewer is None:
            return None
        return self._reviewer.judge(command.asked)(command.stored, command.similarity)

    def _vector(self, tier: Tier, view: RequestView) -> Vector | None:
        """The tier's vector of what was asked, made once."""
        embedder = self._embedders.get(tier)
        if tier not in self._vectors and embedder is not None:
            self._vectors[tier] = embedder.embed([view.asked()])[0]
        return self._vectors.get(tier)
