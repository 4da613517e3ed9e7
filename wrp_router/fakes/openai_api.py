"""Chat completions and legacy completions as OpenAI and vLLM answer them: whole, or as events. Times and ids are fixed
by the request, so that the same request gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .answers import Answer, Asked, ToolCall, as_base64, embedding, logprob
from .model import tokens_in
from .sse import Event, Kind, event

CREATED = 1_767_225_600
DONE = Event(Kind.DONE, b"[DONE]")
_FRAGMENT = 12  # characters of tool arguments per delta

Fields = Mapping[str, Any]

# what each engine says beyond the common fields: a router must pass on what it does not know
_NONE: Fields = {}
_BODY: Mapping[str, Fields] = {
    "openai": {"service_tier": "default", "system_fingerprint": "fp_fake"},
    "vllm": {"prompt_logprobs": None, "kv_transfer_params": None},
    "llamacpp": {"timings": {"predicted_n": 0}},
    "tgi": {"system_fingerprint": "0.0.0-fake"},
}
_CHUNK: Mapping[str, Fields] = {
    "openai": {"service_tier": "default", "system_fingerprint": "fp_fake", "obfuscation": "k3Zq"},
    "tgi": {"system_fingerprint": "0.0.0-fake"},
}
_CHOICE: Mapping[str, Fields] = {
    "vllm": {"stop_reason": None, "token_ids": None},
    "sglang": {"matched_stop": None},
}
_MESSAGE: Mapping[str, Fields] = {"openai": {"refusal": None}, "sglang": {"reasoning_content": None}}


def usage(asked: Asked, answers: Sequence[Answer], cached: int) -> dict[str, Any]:
    """The `usage` object of chat and completions."""
    out = sum(answer.tokens for answer in answers)
    return {
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": out,
        "total_tokens": asked.prompt_tokens + out,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def chat_whole(asked: Asked, answers: Sequence[Answer], id: str, cached: int, dialect: str) -> dict[str, Any]:
    return {
        "id": id,
        "object": "chat.completion",
        "created": CREATED,
        "model": asked.model,
        **_BODY.get(dialect, _NONE),
        "choices": [
            {
                "index": at,
                "message": {
                    "role": "assistant",
                    "content": answer.text if not answer.calls else None,
                    **_MESSAGE.get(dialect, _NONE),
                    **({"reasoning_content": "".join(answer.thoughts)} if answer.thoughts else {}),
                    **({"tool_calls": [_call(call) for call in answer.calls]} if answer.calls else {}),
                },
                "logprobs": _logprobs(asked, answer.pieces),
                "finish_reason": answer.finish,
                **_CHOICE.get(dialect, _NONE),
            }
            for at, answer in enumerate(answers)
        ],
        "usage": usage(asked, answers, cached),
    }


def chat_events(asked: Asked, answers: Sequence[Answer], id: str, cached: int, dialect: str) -> Iterator[Event]:
    """Role chunk per choice, deltas interleaved over the choices, a finish chunk each, usage if asked for, [DONE]."""
    extra, extra_choice = _CHUNK.get(dialect, _NONE), _CHOICE.get(dialect, _NONE)
    head = {"id": id, "object": "chat.completion.chunk", "created": CREATED, "model": asked.model, **extra}
    sent = 0

    def chunk(kind: Kind, at: int, delta: Fields, finish: str | None = None, logprobs: Any = None) -> Event:
        choice = {"index": at, "delta": delta, "logprobs": logprobs, "finish_reason": finish, **extra_choice}
        return event(kind, {**head, "choices": [choice], **_running_usage(asked, sent)})

    for at in range(len(answers)):
        yield chunk(Kind.LEAD, at, {"role": "assistant", "content": "", **_MESSAGE.get(dialect, _NONE)})
    for at, serial, piece in _interleaved([_deltas(answer) for answer in answers]):
        text = piece.get("content")
        sent += 1
        yield chunk(Kind.TEXT, at, piece, None, _logprobs(asked, (text,), serial) if text is not None else None)
    for at, answer in enumerate(answers):
        yield chunk(Kind.FINISH, at, {}, answer.finish)
    if asked.usage_chunk:
        yield event(Kind.USAGE, {**head, "choices": [], "usage": usage(asked, answers, cached)})
    yield DONE


def completion_whole(asked: Asked, answers: Sequence[Answer], id: str, cached: int) -> dict[str, Any]:
    return {
        "id": id,
        "object": "text_completion",
        "created": CREATED,
        "model": asked.model,
        "choices": [_text_choice(asked, at, answer.pieces, answer.finish) for at, answer in enumerate(answers)],
        "usage": usage(asked, answers, cached),
    }


def completion_events(asked: Asked, answers: Sequence[Answer], id: str, cached: int) -> Iterator[Event]:
    head = {"id": id, "object": "text_completion", "created": CREATED, "model": asked.model}
    texts = [[{"content": piece} for piece in answer.pieces] for answer in answers]
    sent = 0
    for at, _, piece in _interleaved(texts):
        sent += 1
        choice = _text_choice(asked, at, (piece["content"],), None)
        yield event(Kind.TEXT, {**head, "choices": [choice], **_running_usage(asked, sent)})
    for at, answer in enumerate(answers):
        choice = _text_choice(asked, at, (), answer.finish)
        yield event(Kind.FINISH, {**head, "choices": [choice], **_running_usage(asked, sent)})
    if asked.usage_chunk:
        yield event(Kind.USAGE, {**head, "choices": [], "usage": usage(asked, answers, cached)})
    yield DONE


def embeddings(model: str, texts: Sequence[str], dim: int, base64: bool) -> dict[str, Any]:
    vectors = [embedding(text, dim) for text in texts]
    tokens = sum(map(tokens_in, texts))
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": at, "embedding": as_base64(vector) if base64 else vector.tolist()}
            for at, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def model_card(name: str, context: int) -> dict[str, Any]:
    extra = {"max_model_len": context} if context else {}
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "fake", **extra}


def _running_usage(asked: Asked, sent: int) -> dict[str, Any]:
    """What a chunk says of usage: nothing, null if a usage chunk follows, or the count so far (vLLM, SGLang)."""
    if not asked.usage_chunk:
        return {}
    if not asked.continuous_usage:
        return {"usage": None}
    prompt = asked.prompt_tokens
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": sent, "total_tokens": prompt + sent}}


def _deltas(answer: Answer) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"reasoning_content": thought} for thought in answer.thoughts]
    deltas.extend({"content": piece} for piece in answer.pieces)
    for at, call in enumerate(answer.calls):
        deltas.append({"tool_calls": [{"index": at, **_call(call, arguments="")}]})
        for start in range(0, len(call.arguments), _FRAGMENT):
            fragment = call.arguments[start : start + _FRAGMENT]
            deltas.append({"tool_calls": [{"index": at, "function": {"arguments": fragment}}]})
    return deltas


def _call(call: ToolCall, arguments: str | None = None) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments if arguments is None else arguments}
    return {"id": call.id, "type": "function", "function": function}


def _interleaved(choices: Sequence[Sequence[dict[str, Any]]]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(choice, serial within it, delta), round by round over the choices that still have one."""
    for serial in range(max(map(len, choices))):
        for at, deltas in enumerate(choices):
            if serial < len(deltas):
                yield at, serial, deltas[serial]


def _logprobs(asked: Asked, pieces: Sequence[str], start: int = 0) -> dict[str, Any] | None:
    if asked.logprobs is None:
        return None
    told = [_token(asked, piece, start + at) for at, piece in enumerate(pieces)]
    for token, piece in zip(told, pieces, strict=True):
        likely = token["logprob"]
        others = [{"token": f"{piece}{i or ''}", "logprob": likely - i, "bytes": None} for i in range(asked.logprobs)]
        token["top_logprobs"] = others
    return {"content": told, "refusal": None}


def _token(asked: Asked, piece: str, at: int) -> dict[str, Any]:
    return {"token": piece, "logprob": logprob(asked.model, piece, at), "bytes": list(piece.encode())}


def _text_choice(asked: Asked, at: int, pieces: Sequence[str], finish: str | None) -> dict[str, Any]:
    logprobs = None
    if asked.logprobs is not None:
        sure = [logprob(asked.model, piece, serial) for serial, piece in enumerate(pieces)]
        logprobs = {
            "tokens": list(pieces),
            "token_logprobs": sure,
            "top_logprobs": [{piece: likely} for piece, likely in zip(pieces, sure, strict=True)],
            "text_offset": [len("".join(pieces[:i])) for i in range(len(pieces))],
        }
    return {"index": at, "text": "".join(pieces), "logprobs": logprobs, "finish_reason": finish}
