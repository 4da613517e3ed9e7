"""What engines are told of each other."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.body import decode
from wrp_router.wire.handing import HANDINGS, MOST, OURS, Handing, Place, Unhandable, told
from wrp_router.wire.words import Body

VLLM, SGLANG = HANDINGS["vllm"], HANDINGS["sglang"]
HELLO = [{"role": "user", "content": "hello"}]
PARAMS = {"do_remote_prefill": True, "remote_block_ids": [1, 2], "remote_engine_id": "e", "remote_port": 5600}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def chat(**fields: Any) -> Body:
    return decode("chat", orjson.dumps({"model": "auto", "messages": HELLO, **fields}))


def completion(**fields: Any) -> Body:
    return decode("completion", orjson.dumps({"model": "auto", "prompt": "hello", **fields}))


def asked(handing: Handing, body: Body, **fields: bytes) -> dict[str, Any]:
    """The request for the server that computes the prompt."""
    found: dict[str, Any] = orjson.loads(handing.ask(body, b'"m"', fields))
    return found


def met(body: Body, host: str = "10.0.0.1", port: int | None = 8998, room: int = 7) -> dict[str, Any]:
    assert SGLANG.meet is not None
    return {name: orjson.loads(value) for name, value in SGLANG.meet(body, Place(host, port), room).items()}


def test_vllm_is_asked_for_one_token() -> None:
    """Whole, and with nothing left in the request that only fits a longer answer."""
    body = chat(stream=True, stream_options={"include_usage": True}, min_tokens=9, max_completion_tokens=50, seed=1)
    found = asked(VLLM, body)
    assert (found["stream"], found["max_tokens"], found["max_completion_tokens"]) == (False, 1, 1)
    assert (found["model"], found["seed"], found["messages"]) == ("m", 1, HELLO)
    assert not {"stream_options", "min_tokens"} & found.keys()
    params = found["kv_transfer_params"]
    assert (params.pop("do_remote_decode"), params.pop("do_remote_prefill")) == (True, False)
    assert set(params.values()) == {None}


def test_vllm_keeps_to_the_clients_words_for_the_limit() -> None:
    """`max_completion_tokens` where the client has it; engines refuse what they do not know."""
    assert "max_completion_tokens" not in asked(VLLM, completion(max_tokens=50))


def test_vllm_divides_one_answer_only() -> None:
    """Several would each fetch blocks that are let go when the first has them."""
    assert VLLM.takes(chat())
    assert not VLLM.takes(chat(n=2))
    assert not VLLM.takes(completion(prompt=["a", "b"]))


def test_what_vllm_says_goes_on_byte_for_byte() -> None:
    """Nothing of it is ours to understand."""
    raw = b'{"remote_block_ids": [ 1,2 ],"x":1.50}'
    answer = b'{"choices":[],"kv_transfer_params": ' + raw + b"}"
    assert VLLM.read(answer) == {"kv_transfer_params": raw}


@pytest.mark.parametrize("answer", [b'{"choices":[]}', b'{"kv_transfer_params":null}', b'{"kv_transfer_params":{}}'])
def test_vllm_may_have_nothing_to_hand_over(answer: bytes) -> None:
    """Where the one token was the last, or the prompt is shorter than a block."""
    assert VLLM.read(answer) == {}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[1]",
        b'{"kv_transfer_params":[1]}',
        b'{"kv_transfer_params":"x"}',
        b'{"kv_transfer_params":1}',
        b'{"kv_transfer_params":true}',
        b'{"kv_transfer_params":{"a":1}',
        b'{"kv_transfer_params":{"a":NaN}}',
        b'{"kv_transfer_params":{"a":"\xff"}}',
        b'{"kv_transfer_params":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        b'{"kv_transfer_params":{"a":"' + b"x" * MOST + b'"}}',
    ],
    ids=range(12),
)
def test_what_is_no_handing_over(answer: bytes) -> None:
    """No object, too large, too deep, or no JSON at all."""
    with pytest.raises(Unhandable):
        VLLM.read(answer)


@given(st.binary(max_size=60) | JSON.map(orjson.dumps) | JSON.map(lambda x: orjson.dumps({"kv_transfer_params": x})))
def test_any_answer_is_read_or_refused(answer: bytes) -> None:
    """What is handed over is a JSON object; nothing else is ever raised."""
    try:
        found = VLLM.read(answer)
    except Unhandable:
        return
    assert all(type(orjson.loads(value)) is dict for value in found.values())


def test_sglang_servers_meet() -> None:
    """At the host and port of the one, in a room of the request's own; both are told the same."""
    fields = met(chat())
    assert fields == {"bootstrap_host": "10.0.0.1", "bootstrap_port": 8998, "bootstrap_room": 7}
    raw = {name: orjson.dumps(value) for name, value in fields.items()}
    first, second = asked(SGLANG, chat(stream=True), **raw), orjson.loads(told(chat(stream=True), b'"m"', raw))
    assert {name: first[name] for name in fields} == fields == {name: second[name] for name in fields}
    assert (first["stream"], second["stream"], "max_tokens" in first) == (False, True, False)


def test_sglang_hosts_and_ports() -> None:
    """An IPv6 address stands in brackets; without a port of its own a server is met at the default."""
    assert met(chat(), "::1", None)["bootstrap_host"] == "[::1]"
    assert met(chat(), "::1", None)["bootstrap_port"] is None


@pytest.mark.parametrize(
    ("body", "rooms"),
    [
        (chat(n=3), 3),
        (completion(prompt=["a", "b"]), 2),
        (completion(prompt=["a", "b"], n=2), 2),
        (completion(n=2), 1),
        (completion(prompt=[1, 2, 3]), 1),
    ],
)
def test_sglang_has_a_room_for_each_prompt(body: Body, rooms: int) -> None:
    """Of a list, and of a chat with several answers; the last room there is, too, has one after it."""
    fields = met(body, room=(1 << 63) - 1)
    found = fields["bootstrap_room"] if rooms > 1 else [fields["bootstrap_room"]]
    assert len(set(found)) == rooms
    assert all(0 <= room < 1 << 63 for room in found)
    assert rooms == 1 or {len(value) for value in fields.values()} == {rooms}


def test_sglang_says_nothing_that_is_handed_over() -> None:
    """Any answer that is whole will do; and any request can be divided."""
    assert SGLANG.read(b'{"choices":[{"finish_reason":"length"},{}],"x":1}') == {}
    assert SGLANG.takes(chat(n=5))


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"{}", b'{"choices":[]}', b'{"choices":[{"finish_reason":"abort"}]}', b'{"choices":"\xff"}'],
)
def test_sglang_may_have_failed_all_the_same(answer: bytes) -> None:
    """What is no answer, or one that was aborted: then the prompt never left."""
    with pytest.raises(Unhandable):
        SGLANG.read(answer)


@pytest.mark.parametrize("handing", HANDINGS.values(), ids=HANDINGS)
def test_callers_send_servers_nowhere(handing: Handing) -> None:
    """What they say of blocks and rooms would make a server of ours connect to an address of theirs."""
    evil = dict.fromkeys(OURS, "evil")
    assert b"evil" not in handing.ask(chat(**evil), b'"m"', {})
    assert b"evil" not in told(chat(**evil), b'"m"', {})
    assert orjson.loads(told(chat(**evil), b'"m"', {"bootstrap_room": b"1"}))["bootstrap_room"] == 1


def test_nothing_else_is_touched() -> None:
    """Unknown fields, their order and their spelling reach the engine as they came."""
    raw = b'{"x": 1.0,"model":"auto","messages": [ {"role":"user","content":"h\\u00e9"}], "seed":7}'
    expected = b'{"x":1.0,"model":"m","messages":[ {"role":"user","content":"h\\u00e9"}],"seed":7,"k":{}}'
    assert told(decode("chat", raw), b'"m"', {"k": b"{}"}) == expected
