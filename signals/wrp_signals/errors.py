"""What can be wrong with a signal's declaration or its weights. Nothing here is raised while a request is read."""

from __future__ import annotations


class SignalError(Exception):
    """A signal or an embedder that cannot be built as declared."""


class TierMissing(SignalError):
    """The model tier is wanted and not there. The message says what to install or configure."""


class WrongEmbedder(SignalError):
    """Weights that were trained on the vectors of another embedder."""


class WeightsDamaged(SignalError):
    """A weights file that is not the one its card describes."""


class BadPattern(SignalError):
    """A regular expression that does not compile, or is too large. Names the pattern and the position."""


class BadVector(SignalError):
    """An embedder gave something that is not a finite vector."""


class StateDamaged(SignalError):
    """Bytes that are not the learned state of this signal, or of another version of it."""


class BadSchedule(SignalError):
    """Hours or a time zone that cannot be read. Names them."""
