"""An answer that is held back, read for whoever verifies it: text, calls of tools, how sure the model was. It never
raises: what it cannot read as one answer is None."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from wrp_policies.cascading.types import Answer, Call, Wanted
from wrp_router.errors import RouterError
from wrp_signals.facts import Operation

from .answers import text_of_answer
from .chunks import json_of
from .logprobs import said_in
from .sse import Splitter, data_of
from .usage import reason_in, usage_of

Tree = dict[str, Any]

MOST_CALLS = 128


def answer_in(operation: Operation, body: bytes, stream: bool) -> Answer | None:
    """One answer, or as much of it as there is. None where there are several choices, or an unknown shape."""
    if operation in ("chat", "completion"):
        reading = _Reading(operation)
        whole = reading.events(body) if stream else reading.whole(json_of(body))
        return reading.answer() if whole else None
    text = text_of_answer(operation, body, "text/event-stream" if stream else "application/json")
    if text is None:
        return None
    return Answer(text, finish_reason="" if stream else usage_of(operation, body).finish_reason)


class _Reading:
    """Gathers one choice of a chat or completion."""

    __slots__ = ("_calls", "_margins", "_operation", "_reason", "_sure", "_texts")

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._texts: list[str] = []
        self._calls: dict[int, tuple[list[str], list[str]]] = {}
        self._sure: list[float] = []
        self._margins: list[float] = []
        self._reason = ""

    def answer(self) -> Answer:
        calls = [Call("".join(name), "".join(told)) for _, (name, told) in sorted(self._calls.items())]
        text, sure, margins = "".join(self._texts), tuple(self._sure), tuple(self._margins)
        return Answer(text, tuple(calls), sure, margins, self._reason)

    def whole(self, tree: Any) -> bool:
        """False for what is not one answer."""
        return type(tree) is dict and self._choices(tree, "message")

    def events(self, data: bytes) -> bool:
        """Whole events of a stream. False for what is not one answer."""
        return all([self._choices(tree, "delta") for tree in _trees(data) if tree.get("choices")])

    def _choices(self, tree: Tree, said: str) -> bool:
        choices = tree.get("choices")
        if type(choices) is not list or len(choices) != 1 or type(choices[0]) is not dict:
            return False
        choice = choices[0]
        if choice.get("index"):
            return False
        self._reason = reason_in(choice.get("finish_reason")) or self._reason
        sure, margins = said_in(self._operation, choice.get("logprobs"))
        self._sure += sure
        self._margins += margins
        self._say(choice.get("text"))
        message = choice.get(said)
        if type(message) is dict:
            self._say(message.get("content"))
            self._say(message.get("refusal"))
            self._call(message.get("tool_calls"))
        return True

    def _say(self, text: Any) -> None:
        if type(text) is str:
            self._texts.append(text)

    def _call(self, calls: Any) -> None:
        for place, call in enumerate(calls if type(calls) is list else ()):
            function = call.get("function") if type(call) is dict else None
            index = call.get("index", place) if type(call) is dict else place
            if type(function) is not dict or type(index) is not int or not 0 <= index < MOST_CALLS:
                continue
            name, told = self._calls.setdefault(index, ([], []))
            for pieces, piece in ((name, function.get("name")), (told, function.get("arguments"))):
                if type(piece) is str:
                    pieces.append(piece)


def _trees(data: bytes) -> Iterator[Tree]:
    try:
        events = Splitter().feed(data)
    except RouterError:
        return
    for event in events:
        tree = json_of(data_of(event))
        if type(tree) is dict:
            yield tree


def wanted_of(operation: Operation, tree: Tree, asked: str) -> Wanted:
    """The form that a request asked for; `asked` is its last question."""
    kind, schema = _FORMS.get(operation, _no_form)(tree)
    return Wanted(asked, kind in ("json_object", "json_schema"), schema, _tools(tree))


def _no_form(tree: Tree) -> tuple[str, Tree | None]:
    return "", None


def _chat_form(tree: Tree) -> tuple[str, Tree | None]:
    form = _object(tree.get("response_format"))
    return _text(form.get("type")), _schema(_object(form.get("json_schema")))


def _responses_form(tree: Tree) -> tuple[str, Tree | None]:
    form = _object(_object(tree.get("text")).get("format"))
    return _text(form.get("type")), _schema(form)


def _messages_form(tree: Tree) -> tuple[str, Tree | None]:
    form = _object(_object(tree.get("output_config")).get("format"))
    return _text(form.get("type")), _schema(form)


def _schema(holder: Tree) -> Tree | None:
    schema = holder.get("schema")
    return schema if type(schema) is dict else None


def _tools(tree: Tree) -> dict[str, Tree]:
    """The schema of each function's arguments, by its name."""
    found: dict[str, Tree] = {}
    tools = tree.get("tools")
    for tool in tools if type(tools) is list else ():
        function = _object(_object(tool).get("function")) or _object(tool)
        if type(name := function.get("name")) is str:
            found[name] = _object(function.get("parameters") or function.get("input_schema"))
    return found


def _object(value: Any) -> Tree:
    return value if type(value) is dict else {}


def _text(value: Any) -> str:
    return value if type(value) is str else ""


_FORMS: dict[Operation, Callable[[Tree], tuple[str, Tree | None]]] = {
    "chat": _chat_form,
    "responses": _responses_form,
    "messages": _messages_form,
}
