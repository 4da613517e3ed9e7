"""The real OpenAI SDK talks to the fake engine directly: what it sees here, it must see through the router."""

import base64

import numpy as np
import openai
import pytest

from wrp_router.fakes.answers import embedding

ASK = [{"role": "user", "content": "How do I sort a list?"}]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
PIXEL = base64.b64encode(b"\x89PNG").decode()


async def test_chat_whole_and_streamed_are_the_same(gpt):
    """Text and usage."""
    whole = await gpt.chat.completions.create(model="fake", messages=ASK)
    chunks = await gpt.chat.completions.create(
        model="fake", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    got = [chunk async for chunk in chunks]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in got if chunk.choices)
    assert text == whole.choices[0].message.content
    assert got[-1].usage == whole.usage
    assert (got[0].choices[0].delta.role, got[-2].choices[0].finish_reason) == ("assistant", "stop")


async def test_n_and_logprobs(gpt):
    """Two different choices, each token with its alternatives."""
    done = await gpt.chat.completions.create(model="fake", messages=ASK, n=2, logprobs=True, top_logprobs=2)
    first, second = done.choices
    assert first.message.content != second.message.content
    assert "".join(token.token for token in first.logprobs.content) == first.message.content
    assert len(first.logprobs.content[0].top_logprobs) == 2


@pytest.mark.parametrize("stream", [False, True])
async def test_tools(gpt, stream):
    """Two calls at once, with arguments of their schemas; the SDK puts fragments together."""
    tools = [
        {"type": "function", "function": {"name": n, "parameters": SCHEMA, "strict": True}} for n in ("add", "sub")
    ]
    asked = {"model": "fake", "messages": [{"role": "user", "content": "add and sub"}], "tools": tools}
    if stream:
        async with gpt.chat.completions.stream(**asked) as events:
            done = await events.get_final_completion()
    else:
        done = await gpt.chat.completions.create(**asked)
    calls = done.choices[0].message.tool_calls
    assert [(call.function.name, call.function.arguments) for call in calls] == [("add", '{"n":0}'), ("sub", '{"n":0}')]
    assert done.choices[0].finish_reason == "tool_calls"


async def test_json_schema_and_images(gpt):
    """A valid instance; an image that is counted and mentioned."""
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}
    done = await gpt.chat.completions.create(model="fake", messages=ASK, response_format=form)
    assert done.choices[0].message.content == '{"n":0}'
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    content = [{"type": "text", "text": "What is it?"}, image]
    seen = await gpt.chat.completions.create(model="fake", messages=[{"role": "user", "content": content}])
    assert "I see 1 image." in seen.choices[0].message.content
    assert seen.usage.prompt_tokens > 256


async def test_completions(gpt):
    """The legacy API, whole and streamed."""
    whole = await gpt.completions.create(model="fake", prompt=["one", "two"], max_tokens=5)
    assert len(whole.choices) == 2
    chunks = await gpt.completions.create(model="fake", prompt="one", max_tokens=5, stream=True)
    assert "".join([chunk.choices[0].text async for chunk in chunks]) == whole.choices[0].text


async def test_embeddings_default_to_base64(gpt, engine):
    """The SDK asks for base64 by itself and decodes it."""
    done = await gpt.embeddings.create(model="fake", input=["some text"])
    assert engine.seen[-1].json()["encoding_format"] == "base64"
    assert np.allclose(done.data[0].embedding, embedding("some text", 32))
    floats = await gpt.embeddings.create(model="fake", input="some text", encoding_format="float", dimensions=8)
    assert len(floats.data[0].embedding) == 8


async def test_models_and_errors(gpt, engine):
    """Errors come as the exceptions that the SDK has for them, with the request id."""
    assert [model.id async for model in gpt.models.list()] == ["fake"]
    with pytest.raises(openai.NotFoundError) as told:
        await gpt.chat.completions.create(model="other", messages=ASK)
    assert told.value.request_id.startswith("req_")
    with pytest.raises(openai.AuthenticationError):
        await gpt.with_options(api_key="wrong").models.list()
    engine.fault = "status=429, error_shape=openai, retry_after=1"
    with pytest.raises(openai.RateLimitError) as limited:
        await gpt.chat.completions.create(model="fake", messages=ASK)
    assert limited.value.code == "rate_limit_exceeded"


async def test_does_not_notice_a_clean_truncation(gpt, engine):
    """The reason for the router's first promise: no exception, half an answer."""
    engine.fault = "die_after=3:clean"
    chunks = [chunk async for chunk in await gpt.chat.completions.create(model="fake", messages=ASK, stream=True)]
    assert chunks[-1].choices[0].finish_reason is None
    engine.fault = "error_in_stream=3"
    with pytest.raises(openai.APIError, match="failed in mid-stream"):
        _ = [chunk async for chunk in await gpt.chat.completions.create(model="fake", messages=ASK, stream=True)]
    engine.fault = "die_after=3:rst"
    with pytest.raises(openai.APIConnectionError):
        _ = [chunk async for chunk in await gpt.chat.completions.create(model="fake", messages=ASK, stream=True)]
