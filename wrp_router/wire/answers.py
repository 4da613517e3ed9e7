"""What a whole answer says, as text: to compare two of them. It refuses to guess: of an answer that is more than one
text, or that it does not know, it says None."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from wrp_router.errors import RouterError
from wrp_signals.facts import Operation

from .chunks import json_of
from .sse import Splitter, data_of

Tree = dict[str, Any]

# Inside a string of JSON every quote has a backslash before it: these find members, and never what an answer is about.
_refuses = re.compile(rb'(?<!\\)"refusal"\s*:\s*"(?!")').search
_says = re.compile(rb'(?<!\\)"(?:content|text|delta)"\s*:\s*"(?!")').search
_is_silent = re.compile(rb'(?<!\\)"(?:content|text|output)"\s*:\s*(?:""|null|\[\s*\])').search


def worth_repeating(body: bytes) -> bool:
    """Whether a complete answer, a recorded stream's too, says something, and not that it refuses. Some engines end
    either with `stop`; of the same question asked again both may come out otherwise. It parses nothing: what it does
    not know counts as said."""
    if b'"refusal"' in body and _refuses(body) is not None:
        return False
    return _says(body) is not None or _is_silent(body) is None


def text_of_answer(operation: Operation, body: bytes, content_type: str) -> str | None:
    """The text of a complete answer, a recorded stream's too. None where there are several choices, calls of tools,
    parts that are no text, or nothing that can be read. Linear in the answer; never raises."""
    if content_type.lower().startswith("text/event-stream"):
        read = _STREAMED.get(operation)
        return _joined(read(_events(body))) if read is not None else None
    whole = _WHOLE.get(operation)
    tree = json_of(body)
    return whole(tree) if whole is not None and type(tree) is dict else None


def _events(body: bytes) -> list[Tree]:
    try:
        events = Splitter().feed(body)
    except RouterError:
        return []
    trees = [json_of(data_of(event)) for event in events]
    return [tree for tree in trees if type(tree) is dict]


def _joined(pieces: Iterable[str | None]) -> str | None:
    """None where one of them is no text, or there is none at all."""
    found = list(pieces)
    texts = [piece for piece in found if piece is not None]
    return "".join(texts) if texts and len(texts) == len(found) else None


def _choice(tree: Tree) -> Tree | None:
    """The one choice of an answer."""
    choices = tree.get("choices")
    if type(choices) is not list or len(choices) != 1 or type(choices[0]) is not dict:
        return None
    return choices[0]


def _plain(said: Any) -> str | None:
    """The content of a message or delta that holds nothing else of weight."""
    if type(said) is not dict or said.get("tool_calls") or said.get("function_call") or said.get("audio"):
        return None
    content = said.get("content")
    return content if type(content) is str else "" if content is None else None


def _chat(tree: Tree) -> str | None:
    choice = _choice(tree)
    return _plain(choice.get("message")) or None if choice is not None else None


def _completion(tree: Tree) -> str | None:
    choice = _choice(tree)
    text = choice.get("text") if choice is not None else None
    return text if type(text) is str else None


def _message(tree: Tree) -> str | None:
    blocks = tree.get("content")
    return _joined([_block(block) for block in blocks]) if type(blocks) is list else None


def _block(block: Any) -> str | None:
    text = block.get("text") if type(block) is dict and block.get("type") in ("text", "output_text") else None
    return text if type(text) is str else None


def _response(tree: Tree) -> str | None:
    items = tree.get("output")
    if type(items) is not list:
        return None
    said = [item for item in items if type(item) is not dict or item.get("type") != "reasoning"]
    return _joined([_message(item) if type(item) is dict and item.get("type") == "message" else None for item in said])


def _chat_pieces(events: list[Tree]) -> Iterable[str | None]:
    for event in events:
        if event.get("choices"):
            choice = _choice(event)
            yield _plain(choice.get("delta")) if choice is not None and not choice.get("index") else None


def _completion_pieces(events: list[Tree]) -> Iterable[str | None]:
    for event in events:
        if event.get("choices"):
            choice = _choice(event)
            yield _completion(event) if choice is not None and not choice.get("index") else None


def _message_pieces(events: list[Tree]) -> Iterable[str | None]:
    for event in events:
        delta = event.get("delta")
        if event.get("type") == "content_block_start":
            begun = event.get("content_block")
            yield _block(begun) if type(begun) is dict and begun.get("type") != "thinking" else ""
        elif event.get("type") == "content_block_delta" and type(delta) is dict:
            text = delta.get("text") if delta.get("type") == "text_delta" else None
            if text is not None or delta.get("type") == "input_json_delta":
                yield text if type(text) is str else None


def _response_pieces(events: list[Tree]) -> Iterable[str | None]:
    for event in events:
        if event.get("type") == "response.completed":
            tree = event.get("response")
            yield _response(tree) if type(tree) is dict else None


_WHOLE: dict[Operation, Callable[[Tree], str | None]] = {
    "chat": _chat,
    "completion": _completion,
    "messages": _message,
    "responses": _response,
}
_STREAMED: dict[Operation, Callable[[list[Tree]], Iterable[str | None]]] = {
    "chat": _chat_pieces,
    "completion": _completion_pieces,
    "messages": _message_pieces,
    "responses": _response_pieces,
}
