"""More text after the last message of a conversation. Nothing else of the request changes: every byte of it that was
there stays as it was sent."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from wrp_signals.facts import RequestView

from .body import with_messages
from .words import Body

_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def with_addition(body: Body, text: str) -> Body:
    """The request with this after its last message; itself where there is no text, or its last message has none."""
    tree = tree_with(body.tree, text) if text else body.tree
    if tree is body.tree:
        return body
    *others, last = _ITEMS.decode(body.fields["messages"])
    members = _MEMBERS.decode(last)
    members["content"] = msgspec.Raw(_longer(bytes(members["content"]), text))
    pieces = [orjson.dumps(name) + b":" + bytes(value) for name, value in members.items()]
    changed = b"[%b]" % b",".join([*map(bytes, others), b"{%b}" % b",".join(pieces)])
    return with_messages(body, changed, tree)


def _longer(content: bytes, text: str) -> bytes:
    """A string, or a list of parts, as JSON."""
    if content.startswith(b'"'):
        return content[:-1] + orjson.dumps(text)[1:]
    return content[:-1] + b"," + orjson.dumps(_part(text)) + b"]"


def tree_with(tree: dict[str, Any], text: str) -> dict[str, Any]:
    """The same of a request that is decoded."""
    messages: Any = tree.get("messages")
    last: Any = messages[-1] if type(messages) is list and messages else None
    content: Any = last.get("content") if type(last) is dict else None
    if type(content) is str:
        longer: Any = content + text
    elif type(content) is list and content:
        longer = [*content, _part(text)]
    else:
        return tree
    return {**tree, "messages": [*messages[:-1], {**last, "content": longer}]}


def view_with(view: RequestView, text: str) -> RequestView:
    """The same of what signals look at."""
    *others, last = view.messages
    longer = msgspec.structs.replace(last, text=last.text + text)
    return msgspec.structs.replace(view, messages=(*others, longer), size=view.size + len(text))


def _part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
