"""The configuration: the YAML keys are these fields, and nothing is read that is not here."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from wrp_policies import SelectionSpec
from wrp_signals import SignalSpec
from wrp_signals.facts import Priority

from .bounds import Drain, Limits, PoolTimeouts, Retries, Timeouts
from .caching import CacheConfig, CategoryConfig
from .clients import Clients
from .feedback import FeedbackConfig, LearnedConfig, SessionsConfig
from .overload import OverloadConfig
from .pools import Hardware, Health, PoolConfig, Price, ServerConfig
from .secret import Secret
from .tenants import AccountsConfig, KeysFile, KeysRedis, TenantConfig, TenantLimits
from .units import Percent, Size
from .words import HeaderName, Identifier, Name, Positive, means


class RouteConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named rule: when it applies, and what chooses the model then."""

    name: Annotated[Name, means("What logs, metrics and tests call it.")]
    use: Annotated[SelectionSpec, means("How the pool is chosen.")]
    when: Annotated[
        str, Meta(min_length=1, max_length=4096), means("A condition over signals and request facts, in CEL syntax.")
    ] = "true"
    priority: Annotated[
        int, Meta(ge=-1000, le=1000), means("Higher ones are tried first; among equals, file order.")
    ] = 0
    cache: Annotated[bool, means("Whether its answers may come from the cache, and go into it.")] = True
    stay: Annotated[
        bool, means("Whether a model that called tools also gets to read what they answer, if its pool is up.")
    ] = True


class KeyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key by which a tenant is known. Exactly one of `key` and `sha256`."""

    tenant: Annotated[Name, means("Whose key it is.")]
    key: Annotated[Secret | None, means("The key itself, such as `${TEAM_A_KEY}`.")] = None
    sha256: Annotated[
        Annotated[str, Meta(pattern="^[0-9a-f]{64}$", extra={"form": "64 digits, as sha256sum prints them"})] | None,
        means("The key's SHA-256 in hex, where the key is not to be stored."),
    ] = None
    admin: Annotated[
        bool, means("Whether it also opens what concerns all tenants: metrics, servers, and the whole cache.")
    ] = False
    priority: Annotated[Priority, means("The class of its requests that ask for none by `x-wrp-priority`.")] = "default"
    max_priority: Annotated[
        Priority | None,
        means("The highest class that this header gets them; without it, `priority`. They may always ask for less."),
    ] = None


class EmbedderConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What turns text into vectors, for signals and the semantic cache. The cache never compares static vectors."""

    tier: Annotated[
        Literal["auto", "none", "static", "model", "sentence-transformers"],
        means(
            "`static` is a table of words in the core install, `model` needs the extra of that name, "
            "`sentence-transformers` that library; `none` does without. `auto` measures at start, and takes the model "
            "for signals if it is there and fits into `routing_budget`, else `static`."
        ),
    ] = "auto"
    model: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        means(
            "A folder that `wrp train embedding --export` wrote, or the name or folder of a model of "
            "sentence-transformers; without it, all-MiniLM-L6-v2."
        ),
    ] = None
    device: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        means("Where sentence-transformers runs it, such as `cpu` or `cuda:0`; without it, where it likes to."),
    ] = None
    threads: Annotated[int, Meta(ge=1, le=64), means("Threads of the model, beside the event loop's.")] = 1


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written down."""

    level: Annotated[Literal["debug", "info", "warning", "error"], means("The least that is logged to stderr.")] = (
        "info"
    )
    decisions: Annotated[
        Annotated[str, Meta(min_length=1)] | None, means("The decision log (JSON lines); without it, none.")
    ] = None
    rotate: Annotated[Size, Meta(ge=1 << 16), means("The decision log begins a new file at this size.")] = 64 << 20
    keep: Annotated[int, Meta(ge=0, le=1000), means("How many full files of it are kept.")] = 5
    audit: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        means("The audit log (JSON lines): who was refused, what admins did, keys made and revoked; without it, none."),
    ] = None
    evidence: Annotated[
        bool, means("Whether it holds what signals saw and why neighbours were refused; that quotes prompts.")
    ] = False
    vectors: Annotated[
        bool,
        means(
            "Whether it holds the embeddings by which models were chosen. A policy that looks at them can only be "
            "judged by a log that has them; who has one can guess what was asked."
        ),
    ] = False


class Otel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where traces and metrics are sent by OTLP over HTTP."""

    endpoint: Annotated[str, means("The collector's address, such as `http://127.0.0.1:4318`.")]
    sample: Annotated[
        Percent,
        Meta(ge=0, le=1),
        means("The share of requests that is traced, of those without a `traceparent`; who brings one decides by it."),
    ] = 1.0
    headers: Annotated[dict[str, Secret], Meta(max_length=16), means("Headers for the collector.")] = {}


class Telemetry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is told to monitoring."""

    metrics: Annotated[bool, means("Whether `/metrics` answers.")] = True
    otel: Annotated[Otel | None, means("Whether traces are sent, and where to.")] = None
    vsr_headers: Annotated[
        bool, means("Whether answers also say where they come from in the headers of vLLM Semantic Router (`x-vsr-…`).")
    ] = False


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a test expects; what is left out may be anything."""

    route: Annotated[str | None, means("The route that takes the request.")] = None
    pool: Annotated[str | None, means("The pool that is tried first.")] = None
    category: Annotated[str | None, means("The value of the signal `category`.")] = None
    signals: Annotated[dict[str, bool | float | str], means("Values of signals by name.")] = {}
    cache: Annotated[
        Literal["hit-exact", "hit-semantic", "hit-shared", "miss", "bypass", "off"] | None,
        means("What the cache says, after the tests before this one."),
    ] = None


class TestConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question and where it must go; `wrp test` asks it."""

    __test__: ClassVar[bool] = False  # not one of pytest's

    ask: Annotated[str, Meta(min_length=1), means("The text of the user's message.")]
    expect: Annotated[Expect, means("What must come of it.")]
    model: Annotated[str, means("The model that is asked for.")] = "auto"
    system: Annotated[str | None, means("A system message before it.")] = None
    tenant: Annotated[str, means("Who asks.")] = "local"
    priority: Annotated[Priority, means("The class of the request.")] = "default"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: Annotated[Literal[1], means("The version of this format.")]
    pools: Annotated[tuple[PoolConfig, ...], Meta(min_length=1, max_length=1000), means("The servers, by model.")]
    listen: Annotated[str, means("Where the API listens.")] = "127.0.0.1:8080"
    admin: Annotated[
        str | None,
        means(
            "Where `/metrics`, `/admin/servers` and `/admin/cache` answer; without it, `/metrics` alone, on `listen`. "
            "With keys, to those with `admin: true`."
        ),
    ] = None
    include: Annotated[tuple[str, ...], means("Files whose content is put before this file's, relative to it.")] = ()
    signals: Annotated[
        dict[Identifier, SignalSpec], Meta(max_length=1000), means("What is read from a request, by name.")
    ] = {}
    routes: Annotated[
        tuple[RouteConfig, ...],
        Meta(max_length=10000),
        means("Rules; the first that applies is taken. Without any, the pools are tried in the order written."),
    ] = ()
    auto: Annotated[tuple[str, ...], Meta(min_length=1), means("Model names that leave the choice to the routes.")] = (
        "auto",
    )
    headers: Annotated[
        tuple[HeaderName, ...],
        Meta(max_length=64),
        means("Request headers that signals may see; the cache tells requests apart by them."),
    ] = ()
    routing_budget: Annotated[
        Positive, means("What reading a request's signals may take in all; what is late is unknown.")
    ] = 0.005
    embedder: Annotated[EmbedderConfig, means("What turns text into vectors.")] = EmbedderConfig()
    cache: Annotated[CacheConfig | None, means("The cache of answers; without it, none.")] = None
    secret: Annotated[
        Secret | None,
        means(
            "Keys the digests of what was asked, and by whom: routers that share servers or a cache need the same. "
            "Without one, a random one at each start, and the hashes of how prompts begin are not keyed."
        ),
    ] = None
    keys: Annotated[tuple[KeyConfig, ...], Meta(max_length=100000), means("Who may call; without any, everybody.")] = ()
    keys_file: Annotated[KeysFile | None, means("Keys that are made and revoked while routers run, in a file.")] = None
    keys_redis: Annotated[KeysRedis | None, means("The same on a server, for routers on several hosts.")] = None
    tenants: Annotated[
        tuple[TenantConfig, ...],
        Meta(max_length=100000),
        means("What tenants may ask for and use; who is not here may ask for anything."),
    ] = ()
    accounts: Annotated[AccountsConfig, means("How their use is counted.")] = AccountsConfig()
    timeouts: Annotated[Timeouts, means("How long each phase may take.")] = Timeouts()
    retries: Annotated[Retries, means("When a failed attempt is tried again.")] = Retries()
    limits: Annotated[Limits, means("What is refused.")] = Limits()
    overload: Annotated[OverloadConfig, means("What is given up where more is asked than can be answered.")] = (
        OverloadConfig()
    )
    clients: Annotated[Clients, means("How slow clients may be, and how many.")] = Clients()
    http: Annotated[
        Literal["lean", "aiohttp"],
        means("Who reads requests: our own reader where it can, three times as fast, or aiohttp's server always."),
    ] = "lean"
    workers: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None,
        means(
            "So many processes behind one port, and a supervisor that replaces them on SIGHUP; without it, one process "
            "and no supervisor. `wrp check` says what each worker then has for itself."
        ),
    ] = None
    drain: Annotated[Drain, means("How the router stops.")] = Drain()
    feedback: Annotated[FeedbackConfig, means("How policies hear how good answers were.")] = FeedbackConfig()
    sessions: Annotated[SessionsConfig, means("How long conversations are known.")] = SessionsConfig()
    learned: Annotated[
        LearnedConfig | None, means("Where what policies learn outlives the router; without it, nowhere.")
    ] = None
    log: Annotated[Log, means("What is written down.")] = Log()
    telemetry: Annotated[Telemetry, means("What is told to monitoring.")] = Telemetry()
    tests: Annotated[tuple[TestConfig, ...], Meta(max_length=10000), means("Questions and where they must go.")] = ()

    @property
    def keyed(self) -> bool:
        """Whether only those may call who have a key."""
        return bool(self.keys) or self.issues

    @property
    def issues(self) -> bool:
        """Whether there are keys that come and go."""
        return self.keys_file is not None or self.keys_redis is not None


__all__ = [
    "AccountsConfig",
    "CacheConfig",
    "CategoryConfig",
    "Clients",
    "Config",
    "Drain",
    "EmbedderConfig",
    "Expect",
    "FeedbackConfig",
    "Hardware",
    "Health",
    "KeyConfig",
    "KeysFile",
    "KeysRedis",
    "LearnedConfig",
    "Limits",
    "Log",
    "Otel",
    "OverloadConfig",
    "PoolConfig",
    "PoolTimeouts",
    "Price",
    "Retries",
    "RouteConfig",
    "ServerConfig",
    "Telemetry",
    "TenantConfig",
    "TenantLimits",
    "TestConfig",
    "Timeouts",
]
