"""What the soak asks: kinds of requests, how often each comes, and what may be answered. Almost nothing is asked twice:
prompts, sessions, users, request ids, names of models, paths and wrong keys are new each time, for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from bench.loads import WORDS as TEXT

TENANTS, LIMITED, COMMON = 60, 20, 400
"""Tenants with keys; how many of them have limits; prompts that are asked again and again."""

WORDS = tuple(TEXT.split())
Leaving = Literal["", "at once", "midway"]
"""When the client leaves: never, right after it asked, or with the first bytes of the answer."""

FAULTS = (
    *("status=500", "status=503, retry_after_ms=5", "status=429, retry_after_ms=5", "status=400"),
    *("die_before_headers=rst", "die_after_headers", "die_after=3", "no_done", "malformed_sse=2", "wrong_type=html"),
    *("error_in_stream=2", "huge=60000", "bad_chunk=2", "short_body", "set_cookie, ping", "many_headers=300"),
)
ASIDE = {"x-wrp-cache": "no-cache, no-store"}
ANSWERED = frozenset({200})
MAYBE = frozenset({200, 429})
REFUSED = frozenset({200, 400, 401, 403, 404, 413, 422, 429, 431})
ANYTHING = frozenset({200, 400, 404, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Ask:
    """A request as bytes, the statuses that are right, and when the client leaves."""

    kind: str
    data: bytes
    right: frozenset[int] = ANSWERED
    leaving: Leaving = ""


def key_of(tenant: int) -> str:
    return f"sk-soak-{tenant:03}-of-a-key-that-is-long-enough"


class Mix:
    """Draws requests: always the same ones from the same `seed`."""

    def __init__(self, seed: int) -> None:
        self._rng, self._seed, self._serial = Random(seed), seed, 0
        self._kinds = tuple(KINDS)
        self._weights = tuple(weight for weight, _ in KINDS.values())
        self._decisions: list[str] = []

    def next(self) -> Ask:
        self._serial += 1
        kind = self._rng.choices(self._kinds, self._weights)[0]
        return KINDS[kind][1](self, kind)

    def decided(self, decision: str) -> None:
        """An answer's id, of which something may be said later."""
        self._decisions.append(decision)
        del self._decisions[:-50]

    def name(self) -> str:
        """One that nobody had before."""
        return f"{self._seed}-{self._serial}-{self._rng.getrandbits(40):x}"

    def text(self, words: int = 30) -> str:
        return " ".join(self._rng.choices(WORDS, k=words)) + " " + self.name()

    def unique(self, kind: str) -> Ask:
        """A new conversation. Most stay out of the cache, which would embed each: milliseconds, of a million."""
        body: dict[str, Any] = {"messages": [{"role": "system", "content": self.text(12)}, self.said()]}
        if self._rng.random() < 0.3:
            body |= {"user": self.name(), "prompt_cache_key": self.name()}
        kept = {} if self._rng.random() < 0.15 else ASIDE
        return self.chat(kind, body, {**kept, "x-wrp-session": self.name()})

    def likeness(self, kind: str) -> Ask:
        return self.chat(kind, {"messages": [self.said()]})

    def hit(self, kind: str) -> Ask:
        """One of a few hundred prompts of few tenants."""
        number = self._rng.randrange(COMMON)
        words = " ".join(Random(number).choices(WORDS, k=20))
        body = {"messages": [{"role": "user", "content": f"What is common of {words}?"}]}
        return self.chat(kind, body, tenant=LIMITED + number % 8)

    def turns(self, kind: str) -> Ask:
        """A conversation in its third turn, with what a tool answered."""
        call = {"id": self.name(), "type": "function", "function": {"name": "look", "arguments": "{}"}}
        messages = [
            self.said(),
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": self.text(8)},
            {"role": "user", "content": self._rng.choice(["No, that is wrong.", "Thanks, great!", self.text(5)])},
        ]
        return self.chat(kind, {"messages": messages}, ASIDE)

    def stream(self, kind: str) -> Ask:
        return self.chat(kind, {"messages": [self.said()], "stream": True}, ASIDE)

    def cut(self, kind: str) -> Ask:
        asked = self.stream(kind)
        return Ask(kind, asked.data, MAYBE, "midway")

    def left(self, kind: str) -> Ask:
        return Ask(kind, self.unique(kind).data, MAYBE, "at once")

    def faulty(self, kind: str) -> Ask:
        """An engine that does what engines should not."""
        body = {"model": "shaky", "messages": [self.said()], "x_fake": self._rng.choice(FAULTS)}
        body["stream"] = self._rng.random() < 0.6
        return self.chat(kind, body, right=ANYTHING)

    def other(self, kind: str) -> Ask:
        """The other paths of the API."""
        path, body = self._rng.choice(OTHERS)
        return self.chat(kind, {**body, "model": "shaky"} | _said_as(path, self.text(10)), path=path, right=ANYTHING)

    def nameless(self, kind: str) -> Ask:
        return self.chat(kind, {"model": self.name(), "messages": [self.said()]}, right=frozenset({404}))

    def lost(self, kind: str) -> Ask:
        return self.chat(kind, {"messages": []}, path=f"/v1/{self.name()}", right=frozenset({404}))

    def stranger(self, kind: str) -> Ask:
        """A key nobody issued; who tries many of them is asked to wait."""
        asked = self.chat(kind, {"messages": [self.said()]}, {"authorization": f"Bearer sk-{self.name()}"})
        return Ask(kind, asked.data, frozenset({401, 429}))

    def broken(self, kind: str) -> Ask:
        """No JSON, or JSON that is no request."""
        body = self._rng.choice([b'{"model":', b"\xff\xfe", b"[]", b'{"messages":7}', self.text().encode(), b""])
        return Ask(kind, self.request("/v1/chat/completions", body, {}, self.tenant()), frozenset({400}))

    def hostile(self, kind: str) -> Ask:
        """Headers that want to be remembered."""
        name = self.name()
        headers = {
            "x-request-id": name * self._rng.choice([1, 5, 200]),
            "x-wrp-session": name + "\u00e9\u4e2d" * self._rng.randrange(40),
            "x-wrp-priority": self._rng.choice(["critical", "sheddable", name]),
            "x-wrp-deadline-ms": self._rng.choice(["-1", "1e99", name, "60000"]),
            "traceparent": f"00-{self._rng.getrandbits(128):032x}-{self._rng.getrandbits(64):016x}-01",
            "user-agent": name,
            "cookie": f"a={name}",
            f"x-{name}": name,
        }
        return self.chat(kind, {"messages": [self.said()]}, headers | ASIDE, right=REFUSED)

    def feedback(self, kind: str) -> Ask:
        """Of an answer that was given, or of none."""
        decision = self._rng.choice(self._decisions) if self._decisions else self.name()
        body = json.dumps({"decision": decision, "score": round(self._rng.random(), 3)}).encode()
        right = frozenset({200, 202, 204, 404, 409})
        return Ask(kind, self.request("/v1/feedback", body, {}, self.tenant()), right)

    def listing(self, kind: str) -> Ask:
        head = f"GET /v1/models HTTP/1.1\r\nhost: soak\r\nauthorization: Bearer {key_of(self.tenant())}\r\n\r\n"
        return Ask(kind, head.encode())

    def said(self) -> dict[str, Any]:
        return {"role": "user", "content": self.text()}

    def tenant(self) -> int:
        return self._rng.randrange(LIMITED, TENANTS) if self._rng.random() < 0.97 else self._rng.randrange(LIMITED)

    def chat(
        self,
        kind: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        path: str = "/v1/chat/completions",
        right: frozenset[int] = MAYBE,
        tenant: int | None = None,
    ) -> Ask:
        data = json.dumps({"model": "auto", "max_tokens": 32} | dict(body)).encode()
        return Ask(kind, self.request(path, data, headers or {}, self.tenant() if tenant is None else tenant), right)

    def request(self, path: str, body: bytes, headers: Mapping[str, str], tenant: int) -> bytes:
        """Its head is that of a client: the key first, unless `headers` bring another."""
        known = {"host": "soak", "content-type": "application/json", "authorization": f"Bearer {key_of(tenant)}"}
        lines = [f"{name}: {value}" for name, value in (known | dict(headers)).items()]
        head = "\r\n".join([f"POST {path} HTTP/1.1", *lines, f"content-length: {len(body)}", "", ""])
        return head.encode() + body


OTHERS: Sequence[tuple[str, dict[str, Any]]] = (
    ("/v1/messages", {"max_tokens": 16}),
    ("/v1/responses", {}),
    ("/v1/embeddings", {}),
    ("/v1/completions", {}),
)


def _said_as(path: str, text: str) -> dict[str, Any]:
    if path == "/v1/messages":
        return {"messages": [{"role": "user", "content": text}]}
    return {"prompt": text} if path == "/v1/completions" else {"input": text}


KINDS: Mapping[str, tuple[float, Callable[[Mix, str], Ask]]] = {
    "unique": (39, Mix.unique),
    "hit": (24, Mix.hit),
    "stream": (10, Mix.stream),
    "turns": (5, Mix.turns),
    "hostile headers": (4, Mix.hostile),
    "left at once": (3, Mix.left),
    "stream left midway": (3, Mix.cut),
    "other paths": (2, Mix.other),
    "likeness": (0.5, Mix.likeness),
    "engine's faults": (2, Mix.faulty),
    "unknown model": (1.5, Mix.nameless),
    "unknown path": (1, Mix.lost),
    "unknown key": (1, Mix.stranger),
    "no request": (1.5, Mix.broken),
    "feedback": (1.5, Mix.feedback),
    "models": (1, Mix.listing),
}
"""Weights and how each is made."""
