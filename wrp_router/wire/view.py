"""From a request body to what signals may look at. It never raises: a shape it does not know has no text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrp_signals.facts import Message, Operation, Priority, RequestView

from .inquiries import LENGTHS
from .usage import MOST_NAME
from .words import Body

_TOOL = "tool"


def view_of(
    body: Body,
    *,
    tenant: str,
    session: str,
    headers: dict[str, str],
    time: float = 0.0,
    priority: Priority = "default",
) -> RequestView:
    """What signals may look at. `headers` are the allowed ones, lower-case; `size` is the body in bytes, `time` seconds
    since the epoch.

    The result of a tool is a message of role `tool` in every dialect, so that the last message of role `user` is what
    a person said.
    """
    tree = body.tree
    temperature = tree.get("temperature")
    return RequestView(
        body.operation,
        body.model,
        messages_of(body),
        _tools(tree),
        body.stream,
        _max_tokens(body.operation, tree),
        body.choices,
        float(temperature) if type(temperature) is float or type(temperature) is int else None,
        _response_format(tree),
        len(body.raw),
        tenant,
        session,
        headers,
        time,
        priority,
        _state(body),
    )


def messages_of(body: Body) -> tuple[Message, ...]:
    """The conversation, oldest first. A bare prompt or text to embed is one message of role `user`."""
    return tuple(_READERS[body.operation](body.tree))


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or the text parts of a list joined with newlines."""
    return content if type(content) is str else _read_parts(content)[0]


# --- one reader for each API -------------------------------------------------------------------------------------


def _chat(tree: dict[str, Any]) -> list[Message]:
    return [_openai_message(item) for item in _objects(tree.get("messages"))]


def _openai_message(item: dict[str, Any]) -> Message:
    role, content = item.get("role"), item.get("content")
    if type(role) is not str:
        role = ""
    if len(item) == 2 and type(content) is str and role != "function":  # nothing but role and content
        return Message(role, content)
    if role == "function":  # what `tool` was called before
        role = _TOOL
    calls = item.get("tool_calls")
    count = (len(calls) if type(calls) is list else 0) + (type(item.get("function_call")) is dict)
    if type(content) is str:
        return Message(role, content, count)
    text, images, audio, _ = _read_parts(content)
    refusal = item.get("refusal")
    if type(refusal) is str and refusal:
        text = f"{text}\n{refusal}" if text else refusal
    return Message(role, text, count, images, audio)


def _anthropic(tree: dict[str, Any]) -> list[Message]:
    found: list[Message] = []
    system = tree.get("system")
    if system:
        found.append(Message("system", text_of(system)))
    for item in _objects(tree.get("messages")):
        role, content = item.get("role"), item.get("content")
        role = role if type(role) is str else ""
        if type(content) is str:
            found.append(Message(role, content))
            continue
        results = [_result(block.get("content")) for block in _objects(content) if _kind(block) in _RESULTS]
        found += results
        text, images, audio, calls = _read_parts(content)
        if text or images or audio or calls or not results:
            found.append(Message(role, text, calls, images, audio))
    return found


def _responses(tree: dict[str, Any]) -> list[Message]:
    found: list[Message] = []
    instructions, asked = tree.get("instructions"), tree.get("input")
    if instructions:
        found.append(Message("system", text_of(instructions)))
    if type(asked) is str:
        found.append(Message("user", asked))
        return found
    for item in _objects(asked):
        kind = _kind(item)
        if kind in ("", "message"):
            role = item.get("role")
            text, images, audio, _ = _read_parts(item.get("content"))
            found.append(Message(role if type(role) is str else "user", text, 0, images, audio))
        elif kind.endswith("_output"):
            found.append(_result(item.get("output")))
        elif kind.endswith("_call"):
            found.append(Message("assistant", "", 1))
    return found


def _completion(tree: dict[str, Any]) -> list[Message]:
    return [_bare(tree.get("prompt"))]


def _embedding(tree: dict[str, Any]) -> list[Message]:
    return _chat(tree) if tree.get("input") is None else [_bare(tree["input"])]


def _bare(prompt: Any) -> Message:
    """Text without roles. Token ids have no text that we could read."""
    if type(prompt) is list:
        prompt = "\n".join([item for item in prompt if type(item) is str])
    return Message("user", prompt if type(prompt) is str else "")


def _result(content: Any) -> Message:
    """What a tool answered: a string, or blocks."""
    if type(content) is str:
        return Message(_TOOL, content)
    text, images, audio, _ = _read_parts(content)
    return Message(_TOOL, text, 0, images, audio)


# --- content parts -----------------------------------------------------------------------------------------------


def _read_parts(content: Any) -> tuple[str, int, int, int]:
    """A message's content as (text, images, sounds, tool calls). Reasoning is not text: nobody said it."""
    if type(content) is str:
        return content, 0, 0, 0
    texts: list[str] = []
    images = audio = calls = 0
    for part in content if type(content) is list else ():
        if type(part) is str:  # Mistral's and vLLM's shorthand for a text part
            texts.append(part)
            continue
        kind = _kind(part)
        if kind in _TEXTS:
            text = part.get(_TEXTS[kind])
            if type(text) is str:
                texts.append(text)
        elif kind in _IMAGES:
            images += 1
        elif kind in _SOUNDS:
            audio += 1
        elif kind in _CALLS:
            calls += 1
        elif kind in _DOCUMENTS:
            texts += _documents(part)
    return "\n".join(texts), images, audio, calls


def _documents(part: dict[str, Any]) -> list[str]:
    """The plain text that an Anthropic document or search result carries, if any."""
    source, held = part.get("source"), part.get("content")
    if type(source) is dict:
        held = source.get("data") if source.get("type") == "text" else source.get("content")
    if type(held) is list:
        return [text for item in _objects(held) if type(text := item.get("text")) is str]
    return [held] if type(held) is str else []


def _kind(part: Any) -> str:
    kind = part.get("type") if type(part) is dict else ""
    return kind if type(kind) is str else ""


_TEXTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
_IMAGES = frozenset(("image_url", "image", "input_image", "image_pil", "image_embeds", "video_url", "video"))
_SOUNDS = frozenset(("input_audio", "audio_url", "audio"))
_CALLS = frozenset(("tool_use", "server_tool_use", "mcp_tool_use", "function_call"))
_RESULTS = frozenset(("tool_result", "mcp_tool_result"))
_DOCUMENTS = frozenset(("document", "search_result"))


# --- parameters --------------------------------------------------------------------------------------------------


def _tools(tree: dict[str, Any]) -> tuple[str, ...]:
    """The names of the tools on offer; a built-in tool is named by its type."""
    offered, functions = tree.get("tools"), tree.get("functions")
    if not offered and not functions:
        return ()
    return tuple(map(_tool_name, [*_objects(offered), *_objects(functions)]))


def _tool_name(tool: dict[str, Any]) -> str:
    kind = tool.get("type")
    inner = tool.get(kind) if type(kind) is str else None
    for name in (inner.get("name") if type(inner) is dict else None, tool.get("name"), kind):
        if type(name) is str and name:
            return name
    return _TOOL


def _max_tokens(operation: Operation, tree: dict[str, Any]) -> int | None:
    """As the dialect says it: what another's word for it says, no engine heeds."""
    for name in LENGTHS.get(operation, ()):
        value = tree.get(name)
        if type(value) is int:
            return value
    return None


def _state(body: Body) -> str:
    """The name of what the provider keeps of the conversation, where the request goes on from that; none that is longer
    than such names are: it would be remembered."""
    for name in _STATES.get(body.operation, ()):
        held = body.tree.get(name)
        if type(held) is dict:
            held = held.get("id")
        if type(held) is str and len(held) <= MOST_NAME:
            return held
    return ""


def _response_format(tree: dict[str, Any]) -> str:
    """`text`, `json_object`, `json_schema` …, wherever the dialect says it."""
    asked = tree.get("response_format")
    if asked is None:
        for name in ("text", "output_config"):
            if asked is None and type(holder := tree.get(name)) is dict:
                asked = holder.get("format")
    kind = asked.get("type") if type(asked) is dict else None
    return kind if type(kind) is str else "text"


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; nothing for anything else."""
    return [item for item in value if type(item) is dict] if type(value) is list else []


_STATES = {"responses": ("previous_response_id", "conversation"), "messages": ("container",)}

_READERS: dict[str, Callable[[dict[str, Any]], list[Message]]] = {
    "chat": _chat,
    "completion": _completion,
    "embedding": _embedding,
    "responses": _responses,
    "messages": _anthropic,
}
