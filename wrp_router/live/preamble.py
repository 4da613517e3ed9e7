"""What the head of a request settles before its body is read: who asks, for what, and on which terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from aiohttp.http import HttpVersion

from wrp_router.errors import Unauthorised
from wrp_router.flow import CacheControl, Tell
from wrp_router.telemetry.traceparent import accept
from wrp_router.wire import paths
from wrp_router.wire.headers import CREDENTIALS, EXPLAIN
from wrp_router.wire.paths import Purpose
from wrp_signals.facts import Priority

from .audit import Audit
from .controls import cache_control, deadline_of, first_of, priority_of
from .downstream import Headers
from .guessing import Guesses
from .head import check_head
from .sources import Sources
from .target import Target
from .tenants import NOBODY, Caller, Tenants

ANTHROPIC = ("anthropic-version", "anthropic-beta")
OPENAI = ("openai-beta", "openai-organization", "openai-project")
"""Headers that shape an answer as much as the body does, in their dialects."""

OPEN: frozenset[Purpose] = frozenset({"health", "ready"})
"""What may be asked without a key."""


NO_PROXIES = Sources()

MOST_KEPT = 16
"""Engines whose heads a preamble remembers: it lives as long as its connection."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one configuration says of heads. `visible` are the headers that signals may see, `headers` the bytes that
    all of them may take, `longest` the seconds of an answer and of a stream, `audit` who is told of refusals,
    `guesses` who counts unknown keys by the `sources` that they come from, `tells` what all answers say beside."""

    tenants: Tenants
    headers: int
    visible: frozenset[str]
    longest: tuple[float, float]
    audit: Audit | None = None
    sources: Sources = NO_PROXIES
    guesses: Guesses | None = None
    tells: tuple[Tell, ...] = ()


@dataclass(frozen=True, slots=True)
class Preamble:
    """A head that was read and accepted. Many requests of one connection may share it: it holds nothing of any body,
    and `upstream` remembers the head that each engine gets in its place. `patience` are the seconds that a whole answer
    and a stream may take, `first` those until the caller gives up if nothing has come. `tells`: what its answer says
    beside where it comes from."""

    path: str
    endpoint: paths.Endpoint
    pairs: Headers
    headers: Mapping[str, str]
    caller: Caller
    visible: dict[str, str]
    control: CacheControl
    patience: tuple[float, float]
    trace: str
    variant: str
    priority: Priority
    first: float = inf
    tells: tuple[Tell, ...] = ()
    upstream: dict[Target, bytes] = field(default_factory=dict)

    def head_for(self, target: Target, trace: str) -> bytes:
        """The head of the request to an engine, up to but without content-length."""
        if trace:
            return target.head(self.path, self.pairs, trace)
        head = self.upstream.get(target)
        if head is None:
            if len(self.upstream) >= MOST_KEPT:
                self.upstream.clear()
            head = self.upstream[target] = target.head(self.path, self.pairs, "")
        return head


def admit(
    terms: Terms, method: str, target: str, version: HttpVersion, pairs: Headers, headers: dict[str, str]
) -> Preamble:
    """`pairs` are the headers under lower-case names, `headers` the same as a dict. Raises what an answer says of a
    head that is not accepted: Malformed, HeadersTooLarge, NotFound, MethodNotAllowed, Unauthorised, BadRequest."""
    path = target.partition("?")[0]
    check_head(version, headers, pairs, terms.headers)
    endpoint = paths.find(method, path)
    caller = NOBODY
    if endpoint.purpose not in OPEN:
        caller = terms.tenants.identify(headers)
        if len(headers) < len(pairs):
            _refuse_two_keys(pairs)
    whole, stream = terms.longest
    visible = {name: headers[name] for name in terms.visible if name in headers} if terms.visible else {}
    return Preamble(
        path=path,
        endpoint=endpoint,
        pairs=pairs,
        headers=headers,
        caller=caller,
        visible=visible,
        control=cache_control(headers),
        patience=(deadline_of(headers, whole), deadline_of(headers, stream)),
        trace=accept(headers.get("traceparent")),
        variant=_variant(headers, visible, ANTHROPIC if endpoint.operation == "messages" else OPENAI),
        priority=priority_of(headers, caller) if endpoint.operation is not None else caller.priority,
        first=first_of(headers),
        tells=_tells(terms, headers, caller),
    )


def _tells(terms: Terms, headers: dict[str, str], caller: Caller) -> tuple[Tell, ...]:
    """Why a request went where it did is told to those who ask and may know what the router is made of: with keys, the
    callers that have one with `admin: true`."""
    if headers.get(EXPLAIN) == "1" and (caller.admin or not terms.tenants.keyed):
        return ("why", *terms.tells)
    return terms.tells


def _variant(headers: dict[str, str], visible: dict[str, str], shaping: tuple[str, ...]) -> str:
    """One line for each header that shapes the answer, what signals see included: these lead to a route, and another
    route answers otherwise, or must not be answered from the cache. No header has a line break, but it may be no UTF-8:
    where it is no ASCII each byte is a character, which can be written down whatever it was."""
    names = [name for name in shaping if name in headers and name not in visible]
    told = "\n".join([f"{name}:{headers[name]}" for name in sorted((*names, *visible))])
    return told if told.isascii() else told.encode("utf-8", "surrogateescape").decode("latin-1")


def _refuse_two_keys(pairs: Headers) -> None:
    """Of two keys, which one counts would be a guess."""
    names = [name for name, _ in pairs if name in CREDENTIALS]
    if len(set(names)) < len(names):
        raise Unauthorised("A credential header is given twice.")
