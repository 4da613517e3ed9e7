"""How engines are told that one of them computes a prompt and another answers it: fields of requests, by dialect. It
sends nothing.

vLLM (NIXL and other connectors): the prefill server is asked for one token, and its answer says where the KV blocks are
(`kv_transfer_params`), which the decode server is told. SGLang: both get the request at the same time, and meet by a
number (`bootstrap_room`) at the prefill server's bootstrap port.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import orjson

from .body import with_fields
from .usage import FAULTS
from .words import Body

Changes = dict[str, bytes | None]

OURS = ("kv_transfer_params", "bootstrap_host", "bootstrap_port", "bootstrap_room")
"""Fields by which an engine is sent to another one for a prompt. What callers say of that goes nowhere: it would have a
server of ours connect to an address of theirs."""

MOST = 1024 * 1024
"""Bytes of `kv_transfer_params`: the ids of a million tokens' blocks take half of that."""

_REMOTE_DECODE = orjson.dumps(
    {
        "do_remote_decode": True,
        "do_remote_prefill": False,
        "remote_engine_id": None,
        "remote_block_ids": None,
        "remote_host": None,
        "remote_port": None,
    }
)


class Unhandable(ValueError):
    """An engine's answer does not say where a prompt is."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a decode server finds a prefill server: its host, and the port for that (None: the engine's default)."""

    host: str
    port: int | None = None


class Handing(msgspec.Struct, frozen=True):
    """One dialect. `meet` gives what both servers are told beforehand, by a number that no other request has; without
    it the answer to the first, as `read` reads it, says what the second is told. `ask` makes the body for the first.
    `takes` says whether such a request can be divided at all."""

    takes: Callable[[Body], bool]
    meet: Callable[[Body, Place, int], Mapping[str, bytes]] | None
    ask: Callable[[Body, bytes, Mapping[str, bytes]], bytes]
    read: Callable[[bytes], Mapping[str, bytes]]


def told(body: Body, model: bytes, fields: Mapping[str, bytes | None]) -> bytes:
    """The request for the server that answers. `model` is its name as JSON."""
    return with_fields(body, {**dict.fromkeys(OURS), "model": model, **fields})


def _takes_one(body: Body) -> bool:
    """Several answers to a prompt would each fetch its blocks, which are let go when the first has them."""
    return body.choices == 1


def _ask_vllm(body: Body, model: bytes, fields: Mapping[str, bytes]) -> bytes:
    changes: Changes = {**dict.fromkeys(OURS), "model": model, "stream": b"false", "max_tokens": b"1"}
    changes |= {"stream_options": None, "min_tokens": None, "kv_transfer_params": _REMOTE_DECODE}
    if "max_completion_tokens" in body.fields:
        changes["max_completion_tokens"] = b"1"
    return with_fields(body, changes)


def _read_vllm(answer: bytes) -> Mapping[str, bytes]:
    """The field as it came. Nothing where there is none: the one token may have been the answer's last, and then no
    block is kept. Raises Unhandable."""
    try:
        raw = bytes(_ANSWER.decode(answer).kv_transfer_params)
        params = orjson.loads(raw) if len(raw) <= MOST else raw
    except (msgspec.MsgspecError, orjson.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise Unhandable("the answer is not a JSON object") from None
    if params is not None and type(params) is not dict:
        raise Unhandable("kv_transfer_params is not an object of a reasonable size")
    return {"kv_transfer_params": raw} if params else {}


def _meet_sglang(body: Body, place: Place, room: int) -> Mapping[str, bytes]:
    """One room for each prompt of the request, and for each answer to a chat."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    prompts = body.choices if body.operation == "chat" else body.choices // (body.tree.get("n") or 1)
    values: dict[str, object] = {"bootstrap_host": host, "bootstrap_port": place.port, "bootstrap_room": room}
    if prompts > 1:
        rooms = [(room + number) % (1 << 63) for number in range(prompts)]
        values = {"bootstrap_host": [host] * prompts, "bootstrap_port": [place.port] * prompts, "bootstrap_room": rooms}
    return {name: orjson.dumps(value) for name, value in values.items()}


def _ask_sglang(body: Body, model: bytes, fields: Mapping[str, bytes]) -> bytes:
    """The same request; whole, since the answer is read at once or not at all."""
    changes: Changes = {**dict.fromkeys(OURS), "model": model, "stream": b"false", "stream_options": None}
    changes.update(fields)
    return with_fields(body, changes)


def _read_sglang(answer: bytes) -> Mapping[str, bytes]:
    """It says nothing that the other server needs; but what is no whole answer means that the prompt never left, and
    the other waits for it in vain. Raises Unhandable."""
    try:
        choices = _WHOLE.decode(answer).choices
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unhandable("the answer is none") from None
    if not choices or FAULTS.intersection([choice.finish_reason for choice in choices]):
        raise Unhandable("the prompt was not computed")
    return {}


class _Answer(msgspec.Struct):
    kv_transfer_params: msgspec.Raw = msgspec.Raw(b"null")


class _Choice(msgspec.Struct):
    finish_reason: str | None = None


class _Whole(msgspec.Struct):
    choices: list[_Choice]


_ANSWER = msgspec.json.Decoder(_Answer)
_WHOLE = msgspec.json.Decoder(_Whole)

HANDINGS: Mapping[str, Handing] = {
    "vllm": Handing(_takes_one, None, _ask_vllm, _read_vllm),
    "sglang": Handing(lambda body: True, _meet_sglang, _ask_sglang, _read_sglang),
}
UNDIVIDED: frozenset[str] = frozenset({"embedding", "responses", "messages"})
"""Operations of which no dialect says how to divide them."""
