"""One half of a divided engine: what a fake prefill or decode server says to, and wants of, its other half. What a real
one would refuse is refused."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .acts import Reply, Whole
from .asking import Refused
from .fabric import Fabric
from .model import CHARS_PER_TOKEN
from .sse import encode

Side = Literal["prefill", "decode"]

BOOTSTRAP_PORT = 8998
"""SGLang's default."""

BLOCK = 16 * CHARS_PER_TOKEN
"""Characters of a block."""


class Half:
    """Of a vLLM or SGLang server. `engine` is its id, `port` where it is met."""

    def __init__(self, dialect: str, side: Side, fabric: Fabric, engine: str, host: str, port: int) -> None:
        if dialect not in ("vllm", "sglang"):
            raise ValueError(f"engines of dialect {dialect!r} are not divided")
        self.side = side
        self._dialect = dialect
        self._fabric = fabric
        self._engine = engine
        self._host = host
        self._port = port

    async def receive(self, body: dict[str, Any], prompt: str) -> bool:
        """Whether the prompt came computed. Waits for the other half, if this is such a dialect. Raises Refused."""
        if self._dialect == "sglang":
            await self._meet(body, prompt)
            return self.side == "decode"
        params = body.get("kv_transfer_params")
        if not isinstance(params, dict):
            return False
        if params.get("do_remote_decode"):
            self._strict(body)
        if self.side == "prefill" or not params.get("do_remote_prefill"):
            return False
        self._fabric.fetch(params, prompt)
        return True

    def reply(self, body: dict[str, Any], prompt: str, reply: Reply) -> Reply:
        """The answer, which says where the prompt is if the answer is to be given elsewhere. Nothing is kept of one
        that was not cut off: there is nothing left to say."""
        params = body.get("kv_transfer_params")
        if not (isinstance(params, dict) and params.get("do_remote_decode") and isinstance(reply, Whole)):
            return reply
        said = msgspec.json.decode(reply.body)
        if any(choice["finish_reason"] != "length" for choice in said["choices"]):
            return reply
        said["kv_transfer_params"] = {
            "do_remote_prefill": True,
            "do_remote_decode": False,
            "remote_block_ids": self._fabric.keep(self._engine, prompt, -(-len(prompt) // BLOCK)),
            "remote_engine_id": self._engine,
            "remote_host": self._host,
            "remote_port": self._port,
            "tp_size": 1,
        }
        return msgspec.structs.replace(reply, body=encode(said))

    def done(self, body: dict[str, Any]) -> None:
        """The answer is out."""
        if self._dialect == "sglang" and self.side == "prefill":
            self._fabric.transferred(_number(body))

    async def _meet(self, body: dict[str, Any], prompt: str) -> None:
        number = _number(body)
        if number is None:
            raise Refused(400, "Disaggregated request received without bootstrap room id", "invalid_request")
        host, port = (_alike(body.get(name)) for name in ("bootstrap_host", "bootstrap_port"))
        if self.side == "prefill" and port not in (None, self._port):
            raise Refused(500, f"nobody is met at port {port}", "internal_error")
        await self._fabric.meet(number, self.side, (host, port, prompt))

    def _strict(self, body: dict[str, Any]) -> None:
        """What vLLM checks of any request, and what may be wrong of one that is cut to one token."""
        if body.get("stream_options") and not body.get("stream"):
            raise Refused(400, "Stream options can only be defined when `stream=True`.", "invalid_request")
        if (body.get("min_tokens") or 0) > (body.get("max_completion_tokens") or body.get("max_tokens") or 0):
            raise Refused(400, "min_tokens must be less than or equal to max_tokens", "invalid_request")


def _number(body: dict[str, Any]) -> Any:
    room = body.get("bootstrap_room")
    rooms = room if isinstance(room, list) else [room]
    if not rooms or len(set(rooms)) < len(rooms) or not all(type(one) is int and 0 <= one < 1 << 63 for one in rooms):
        return None
    return tuple(rooms)


def _alike(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(set(value)) == 1 else value
