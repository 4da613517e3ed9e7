"""What it takes to be a signal, or an embedder."""

from __future__ import annotations

import inspect

from wrp_signals import HashingEmbedder, KeywordSpec
from wrp_signals.signal import Embedder, Signal


def members(protocol: type) -> dict[str, object]:
    return {name: value for name, value in vars(protocol).items() if not name.startswith("_")}


def test_a_signal_has_what_the_protocol_names():
    """And reads with the arguments that it names."""
    signal = KeywordSpec(words=("a",)).build()
    assert [name for name in members(Signal) if not hasattr(signal, name)] == []
    assert [*inspect.signature(signal.read).parameters] == ["view", "vector"]


def test_an_embedder_has_what_the_protocol_names():
    """The one for tests too."""
    embedder = HashingEmbedder(8)
    assert [name for name in members(Embedder) if not hasattr(embedder, name)] == []
    assert embedder.embed(["a", "b"]).shape == (2, embedder.dim)
