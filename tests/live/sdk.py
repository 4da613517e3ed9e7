"""OpenAI's SDK before a router. It raises on whatever is no answer."""

from __future__ import annotations

from typing import Any

import openai

from wrp_router.build import Router


def client_of(router: Router, key: str = "x") -> openai.AsyncOpenAI:
    """One that does not try again, and loads no certificates, which takes longer than a request."""
    http = openai.DefaultAsyncHttpxClient(verify=False)
    return openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key=key, max_retries=0, http_client=http)


async def said_to(router: Router, key: str = "x", **fields: Any) -> tuple[str, Any]:
    """The first choice's text, however it came, and the headers."""
    async with client_of(router, key) as client:
        raw = await client.chat.completions.with_raw_response.create(**fields)
        answer = raw.parse()
        if not fields.get("stream"):
            return answer.choices[0].message.content or "", raw.headers
        pieces = [chunk.choices[0].delta.content or "" async for chunk in answer if chunk.choices]
        return "".join(pieces), raw.headers
