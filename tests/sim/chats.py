"""Chat requests as people send them: repeats, paraphrases, shared prompts, models by name, streams and tools."""

from __future__ import annotations

import random
from typing import Any

import msgspec

QUESTIONS = (
    "How do I sort a list of numbers in python",
    "Tell me a story about the sea and its old ships",
    "What is the capital city of France called today",
    "Explain how planes stay in the clouds so long",
    "Write a function that reverses a string in python",
    "What is 3 plus 4 and why is that so",
    "What is 3 plus 5 and why is that so",
    "Give me a recipe for bread with olives and salt",
    "Which planets have rings around them and which do not",
    "Who wrote the first book about chess openings",
)
TWISTS = ("{}", "{}?", "{}, please", "please {}", "{} now")
"""What keeps the meaning, as far as shared words tell."""

SYSTEMS = (None, "You are a helpful assistant. " * 12, "Answer like a captain on the sea. " * 12)
MODELS = ("auto",) * 12 + ("small-model", "large-model", "small-model", "gpt-0")
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}


def chat(asked: str, **fields: Any) -> bytes:
    """A chat request of one user message, after a system message if one is given."""
    system = fields.pop("system", None)
    messages = [{"role": "system", "content": system}] if system else []
    body = {"model": "auto", "messages": [*messages, {"role": "user", "content": asked}]}
    return msgspec.json.encode(body | fields)


def chats(count: int, seed: int) -> list[bytes]:
    """So many requests; the same for the same seed."""
    chance = random.Random(seed)
    return [_one(chance) for _ in range(count)]


def _one(chance: random.Random) -> bytes:
    fields: dict[str, Any] = {"model": chance.choice(MODELS), "system": chance.choice(SYSTEMS)}
    if chance.random() < 0.4:
        fields["stream"] = True
    if chance.random() < 0.2:
        fields["max_tokens"] = chance.choice((4, 4_000))
    if chance.random() < 0.1:
        fields["tools"] = [TOOL]
    return chat(chance.choice(TWISTS).format(chance.choice(QUESTIONS)), **fields)


def text_of(body: bytes) -> str:
    """What the answer says, whole or streamed; the code of an error; nothing where there is nothing."""
    if body.startswith(b"data:"):
        chunks = [msgspec.json.decode(line[6:]) for line in body.split(b"\n\n") if line.startswith(b"data: {")]
        return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    tree = msgspec.json.decode(body) if body else {}
    if "choices" not in tree:
        return ""
    return tree["choices"][0]["message"]["content"] or ""
