"""What the tests of signals share: a chat view, and the shipped embedder, loaded once."""

from collections.abc import Callable

import pytest

from wrp_signals import Message, RequestView
from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import OnnxEmbedder, minilm

Ask = Callable[..., RequestView]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """A chat request whose last user message is the given text; keywords change the view."""

    def view(text: str, *before: Message, **changes: object) -> RequestView:
        return RequestView("chat", "auto", (*before, Message("user", text)), **changes)  # type: ignore[arg-type]

    return view


@pytest.fixture(scope="session")
def files() -> tuple[bytes, bytes, bytes]:
    """Card, model and tokenizer as they ship."""
    card = weights(EMBEDDER_CARD)
    facts = embedder_card(card)
    return card, weights(facts.model), weights(facts.tokenizer)


@pytest.fixture(scope="session")
def shipped(files: tuple[bytes, bytes, bytes]) -> OnnxEmbedder:
    """The embedder that ships."""
    return minilm(*files)
