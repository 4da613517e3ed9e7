"""Request bodies of every API as `Asked`. What a real engine would refuse is refused here, as `Refused`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .answers import Asked, Tool

Body = Mapping[str, Any]


class Refused(Exception):
    """The engine will not serve this; `code` and `param` as OpenAI names them."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param


def chat(body: Body) -> Asked:
    messages = _list(body, "messages")
    texts, images = _said(messages)
    wanted = body.get("response_format") or {}
    return _asked(
        body,
        prompt="\n".join(texts),
        question=_last(messages, texts),
        max_tokens=_first(body, "max_completion_tokens", "max_tokens"),
        tools=_tools(tool["function"] for tool in body.get("tools") or () if "function" in tool),
        choice=_choice(body.get("tool_choice")),
        parallel=body.get("parallel_tool_calls") is not False,
        after_tool=_role(messages[-1]) == "tool",
        schema=_schema(wanted, wanted.get("json_schema", {})),
        images=images,
        logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        thinking=body.get("reasoning_effort") not in (None, "none"),
    )


def completion(body: Body, prompt: str) -> Asked:
    """One prompt of a legacy completion (`prompts` lists them)."""
    return _asked(
        body, prompt=prompt, question=prompt, max_tokens=body.get("max_tokens", 16), logprobs=body.get("logprobs")
    )


def prompts(body: Body, field: str = "prompt") -> list[str]:
    """The texts of `prompt` or `input`: a text, a list of texts, token ids, or a list of those."""
    value = body.get(field)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not value:
        raise Refused(400, f"'{field}' must be a text or a non-empty list", "invalid_value", field)
    if all(isinstance(item, int) for item in value):
        return [_from_ids(value)]
    return [item if isinstance(item, str) else _from_ids(item) for item in value]


def responses(body: Body) -> Asked:
    items = [{"role": "user", "content": body["input"]}] if isinstance(body.get("input"), str) else _list(body, "input")
    texts, images = _said(items)
    wanted = (body.get("text") or {}).get("format") or {}
    system = str(body.get("instructions") or "")
    return _asked(
        body,
        prompt="\n".join([system, *texts]),
        question=_last(items, texts),
        max_tokens=body.get("max_output_tokens"),
        tools=_tools(tool for tool in body.get("tools") or () if tool.get("type") == "function"),
        choice=_choice(body.get("tool_choice")),
        parallel=body.get("parallel_tool_calls") is not False,
        after_tool=items[-1].get("type") == "function_call_output",
        schema=_schema(wanted, wanted),
        images=images,
    )


def messages(body: Body, counting: bool = False) -> Asked:
    items = _list(body, "messages")
    if not counting and not isinstance(body.get("max_tokens"), int):
        raise Refused(400, "max_tokens: Field required", "invalid_request", "max_tokens")
    texts, images = _said(items)
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    choice = body.get("tool_choice") or {}
    return _asked(
        body,
        prompt="\n".join([_text(body.get("system"))[0], *texts]),
        question=_last(items, texts),
        max_tokens=body.get("max_tokens"),
        tools=_tools({**tool, "parameters": tool.get("input_schema")} for tool in body.get("tools") or ()),
        choice=choice.get("name") or {"any": "required"}.get(choice.get("type", ""), choice.get("type", "auto")),
        parallel=not choice.get("disable_parallel_tool_use"),
        after_tool=_after_tool_block(items[-1]),
        schema=_schema(wanted, wanted),
        images=images,
        stop=body.get("stop_sequences"),
        thinking=(body.get("thinking") or {}).get("type") == "enabled",
    )


def _asked(body: Body, *, max_tokens: Any, stop: Any = None, **more: Any) -> Asked:
    model, n = body.get("model"), body.get("n") or 1
    if not isinstance(model, str) or not model:
        raise Refused(400, "you must provide a model parameter", "invalid_request", "model")
    if not isinstance(n, int) or not 1 <= n <= 128:
        raise Refused(400, "'n' must be between 1 and 128", "integer_out_of_range", "n")
    if max_tokens is not None and (not isinstance(max_tokens, int) or max_tokens < 1):
        raise Refused(400, "'max_tokens' must be at least 1", "integer_below_min_value", "max_tokens")
    options = body.get("stream_options") or {}
    stops = stop or body.get("stop") or ()
    return Asked(
        model=model,
        n=n,
        max_tokens=max_tokens,
        stream=body.get("stream") is True,
        usage_chunk=bool(options.get("include_usage")),
        continuous_usage=bool(options.get("continuous_usage_stats")),
        stop=(stops,) if isinstance(stops, str) else tuple(stops),
        seed=seed if isinstance(seed := body.get("seed"), int) else 0,
        **more,
    )


def _list(body: Body, field: str) -> list[Any]:
    items = body.get(field)
    if not isinstance(items, list) or not items or not all(isinstance(item, Mapping) for item in items):
        raise Refused(400, f"'{field}' must be a non-empty list of objects", "empty_array", field)
    return items


def _said(items: list[Any]) -> tuple[list[str], int]:
    """Each message as text, and how many images there are in all."""
    parts = [_text(item.get("content", item.get("output"))) for item in items]
    texts = [f"{_role(item)}: {text}" for item, (text, _) in zip(items, parts, strict=True)]
    return texts, sum(images for _, images in parts)


def _text(content: Any) -> tuple[str, int]:
    if isinstance(content, str):
        return content, 0
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    texts = [str(part.get("text") or part.get("content") or "") for part in parts]
    return "\n".join(filter(None, texts)), sum(part.get("type") in _IMAGES for part in parts)


def _last(items: list[Any], texts: list[str]) -> str:
    """What the user said last, without the role."""
    for item, text in zip(reversed(items), reversed(texts), strict=True):
        if _role(item) == "user":
            return text.removeprefix("user: ")
    return texts[-1]


def _role(item: Mapping[str, Any]) -> str:
    return str(item.get("role", item.get("type", "user")))


def _after_tool_block(item: Mapping[str, Any]) -> bool:
    content = item.get("content")
    return isinstance(content, list) and any(part.get("type") == "tool_result" for part in content)


def _tools(offered: Iterable[Mapping[str, Any]]) -> tuple[Tool, ...]:
    return tuple(Tool(str(tool.get("name", "")), tool.get("parameters") or {}) for tool in offered)


def _choice(choice: Any) -> str:
    if isinstance(choice, Mapping):
        return str((choice.get("function") or choice).get("name", "required"))
    return choice if isinstance(choice, str) else "auto"


def _schema(wanted: Mapping[str, Any], holder: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if wanted.get("type") == "json_schema":
        return holder.get("schema") or {}
    return {} if wanted.get("type") == "json_object" else None


def _first(body: Body, *names: str) -> Any:
    return next((body[name] for name in names if body.get(name) is not None), None)


def _from_ids(ids: Iterable[int]) -> str:
    return " ".join(map(str, ids))


_IMAGES = frozenset({"image_url", "input_image", "image"})
