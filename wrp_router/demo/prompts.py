"""What the demo asks: repeats, paraphrases, traps that only look like paraphrases, agents, streams, long prompts, and
engines that die."""

from __future__ import annotations

from typing import Any

import msgspec


class Prompt(msgspec.Struct, frozen=True):
    """One request of the demo. `note` says what to watch for, `key` is the caller's, `fault` what befalls the engine
    (the line of `x-fake` in wrp_router/fakes)."""

    ask: str
    note: str = ""
    stream: bool = False
    system: str = ""
    tools: tuple[str, ...] = ()
    model: str = "auto"
    key: str = ""
    fault: str = ""

    def headers(self) -> dict[str, str]:
        """What the request carries beside its body."""
        named = {"authorization": f"Bearer {self.key}" if self.key else "", "x-fake": self.fault}
        return {name: value for name, value in named.items() if value}

    def body(self) -> dict[str, Any]:
        """The chat completion request."""
        messages = [{"role": "system", "content": self.system}] if self.system else []
        messages.append({"role": "user", "content": self.ask})
        body: dict[str, Any] = {"model": self.model, "messages": messages}
        if self.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        if self.tools:
            body["tools"] = [_tool(name) for name in self.tools]
        return body


def _tool(name: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


MANUAL = "The unit has two inputs and one output. Connect the pump before the heater is switched on. " * 60

PROMPTS = (
    Prompt("How do I reset my password?"),
    Prompt("How do I reset my password?", "the same again: exact hit"),
    Prompt("How can I reset my password?", "a paraphrase: semantic hit"),
    Prompt("How do I reset my password?", "the same from another tenant: no hit", key="somebody-elses-key"),
    Prompt("What is the capital of France?", stream=True),
    Prompt("What's the capital of France?", "a paraphrase, as a stream", stream=True),
    Prompt("What is the capital of Finland?", "looks alike, other country: no hit", stream=True),
    Prompt("How do I enable two-factor authentication?"),
    Prompt("How do I disable two-factor authentication?", "looks alike, the opposite: no hit"),
    Prompt("How do I turn on two-factor authentication?", "a paraphrase of the first"),
    Prompt("I want my money back for the headphones I bought"),
    Prompt("Please refund my headphones order", "other words, same route"),
    Prompt("Cancel my subscription and give me my money back"),
    Prompt("Prove that the square root of two is irrational"),
    Prompt("Derive the formula for the sum of the first n squares", stream=True),
    Prompt("Write a Python function that reverses a linked list"),
    Prompt("Write a Python function which reverses a linked list", "a paraphrase"),
    Prompt("Write a Rust function that reverses a linked list", "other language: no hit"),
    Prompt("Why does my SQL query with a LEFT JOIN return duplicate rows?"),
    Prompt("Explain the difference between a process and a thread", stream=True),
    Prompt("What are the symptoms of vitamin D deficiency?"),
    Prompt("What symptoms does vitamin D deficiency have?", "a paraphrase"),
    Prompt("Is a verbal contract legally binding?"),
    Prompt("Summarise the causes of the First World War", stream=True),
    Prompt("Summarise the causes of the Second World War", "other war: no hit", stream=True),
    Prompt("Translate 'good morning' into Spanish"),
    Prompt("Translate 'good evening' into Spanish", "other words to translate: no hit"),
    Prompt("Find the cheapest flight to Oslo next Friday", "an agent with tools", tools=("search_flights",)),
    Prompt("Book the table for 4 people at 19:00", "an agent with tools", tools=("book_table", "search_web")),
    Prompt("Who wrote Pride and Prejudice?"),
    Prompt("Who is the author of Pride and Prejudice?", "a paraphrase"),
    Prompt("Convert 10 miles to kilometres"),
    Prompt("Convert 100 miles to kilometres", "other number: no hit"),
    Prompt("Which valve do I open first?", "a long system prompt", system=MANUAL),
    Prompt(
        "Which valve must be closed last?", "another question to the same long system prompt: no hit", system=MANUAL
    ),
    Prompt("Tell me a joke about databases", stream=True),
    Prompt("What is the tallest mountain on Earth?"),
    Prompt("Which mountain is the tallest on Earth?", "a paraphrase"),
    Prompt(
        "Name three rivers in Africa", "the first engine dies: another answers", fault="die_after_headers=rst, times=1"
    ),
    Prompt("Name three lakes in Europe", "cut off in the middle: the client is told", True, fault="die_after=3:rst"),
    Prompt("Say hello", "asked for by name, not by route", model="demo-70b"),
)
