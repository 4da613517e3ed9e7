"""The real OpenAI SDK reads the fake's Responses API."""

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


async def test_the_sdk_reads_responses(gpt):
    """Whole, streamed, and with a tool."""
    whole = await gpt.responses.create(model="fake", input="Hello")
    async with gpt.responses.stream(model="fake", input="Hello") as events:
        kinds = [event.type async for event in events]
        final = await events.get_final_response()
    assert final.output_text == whole.output_text
    assert final.usage == whole.usage
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    tool = {"type": "function", "name": "add", "parameters": SCHEMA, "strict": True}
    async with gpt.responses.stream(model="fake", input="add", tools=[tool]) as events:
        final = await events.get_final_response()
    assert (final.output[0].name, final.output[0].arguments) == ("add", '{"n":0}')
