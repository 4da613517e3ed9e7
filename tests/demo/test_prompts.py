"""What the demo asks."""

from __future__ import annotations

import msgspec

from wrp_router.demo.prompts import PROMPTS, Prompt
from wrp_router.fakes.faults import parse
from wrp_router.wire.body import decode


def test_every_prompt_is_a_request():
    """The gateway's own decoder takes its body; its faults are knobs that the fake engines know."""
    for prompt in PROMPTS:
        assert decode("chat", msgspec.json.encode(prompt.body())).model == prompt.model
        parse(prompt.fault)


def test_what_is_left_out_is_not_sent():
    """A plain prompt is a plain request, without headers of its own."""
    plain = Prompt("hello")
    assert plain.body() == {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}
    assert plain.headers() == {}


def test_what_is_there_is_sent():
    """System message, tools, stream, the caller's key, the engine's mishap."""
    full = Prompt("hello", stream=True, system="Be brief.", tools=("search",), key="k", fault="gzip")
    body = full.body()
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["tools"][0]["function"]["name"] == "search"
    assert body["stream_options"] == {"include_usage": True}
    assert full.headers() == {"authorization": "Bearer k", "x-fake": "gzip"}


def test_a_few_dozen():
    """Enough to see something, few enough to read."""
    assert 24 <= len(PROMPTS) <= 60
