"""The part of the configuration that says which servers there are, what they speak and what they cost."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from wrp_policies import BalancingSpec
from wrp_policies.balancing import Adaptive
from wrp_policies.queueing import OrderSpec, Shortest
from wrp_router.wire.dialects import DIALECTS

from .bounds import PoolTimeouts
from .secret import Secret
from .units import Money
from .words import Name, Positive, means

Ability = Literal[
    "chat", "completion", "embedding", "responses", "messages", "tools", "vision", "audio", "json_schema", "logprobs"
]
Engine = Literal["openai", "vllm", "sglang", "trtllm", "llama.cpp", "tgi", "anthropic"]


class AdaptiveLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="adaptive"):
    """A limit that the router finds for each server, from how long first tokens of streams wait there. Answers that
    come whole do not tell: without streams it stays at 16."""

    min: Annotated[int, Meta(ge=1, le=65_536), means("Never fewer.")] = 1
    max: Annotated[int, Meta(ge=1, le=65_536), means("Never more.")] = 256
    slack: Annotated[
        float, Meta(gt=0, le=100), means("How long half of them may wait, to what a prompt takes on an idle server.")
    ] = 1.0

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise ValueError(f"`min` {self.min} is over `max` {self.max}")


Limit = Annotated[int, Meta(ge=0)] | AdaptiveLimit


class OutlierConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a server that answers, but much slower than the others, is taken out, and tried again later. It needs three
    servers of one hardware, and streams."""

    factor: Annotated[
        float, Meta(gt=1, le=1000), means("How many times the pool's median three in four first tokens take there.")
    ] = 3.0
    samples: Annotated[int, Meta(ge=4, le=64), means("First tokens in a window at least; it is three in a row.")] = 5
    every: Annotated[Positive, means("How long a window is at least.")] = 5.0


AdapterName = Annotated[
    str,
    Meta(
        max_length=256, pattern=r"^[^*]+\*?$", extra={"form": "a name, or a name's beginning and then a `*`: `sql-*`"}
    ),
]
"""The name of an adapter as the servers call it, or how such names begin."""


class ServerConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine. A plain URL stands for `{url: …}`."""

    shorthand: ClassVar[str] = "url"

    url: Annotated[
        str,
        Meta(max_length=2048),
        means(
            "Its address, http:// or https://, without the `/v1`. Certificates are those that the system trusts, or "
            "those in the file that the environment's `SSL_CERT_FILE` names."
        ),
    ]
    name: Annotated[Name | None, means("What logs and metrics call it; without one, its host and port.")] = None
    weight: Annotated[float, Meta(gt=0, le=1), means("Its share of the traffic, relative to the pool's others.")] = 1.0
    limit: Annotated[Limit | None, means("Requests in flight (0: any number); without one, the pool's.")] = None
    context: Annotated[
        int,
        Meta(ge=0),
        means("Tokens of prompt and answer that it takes, for `balance: {kind: context_length}`; 0: the pool's."),
    ] = 0
    role: Annotated[
        Literal["prefill", "decode"] | None,
        means("In a pool that balances `disaggregated`: whether it computes prompts or answers; without one, both."),
    ] = None
    bootstrap_port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        means("The port of a prefill server of SGLang where decode servers find it; without one, their default."),
    ] = None


class Hardware(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each server of the pool runs on. For reports and planning, and for policies that mind what a prefix costs
    that would have to be computed anew."""

    gpu: Annotated[Name | None, means("The accelerator, such as `l4` or `h100`.")] = None
    count: Annotated[int, Meta(ge=1), means("How many of them one server has.")] = 1
    price_per_hour: Annotated[Money, Meta(ge=0), means("US$ for one server for an hour.")] = 0.0
    watts: Annotated[float, Meta(ge=0), means("Power of one server under load.")] = 0.0


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the tokens cost."""

    input: Annotated[Money, Meta(ge=0), means("US$ per million prompt tokens.")] = 0.0
    output: Annotated[Money, Meta(ge=0), means("US$ per million generated tokens.")] = 0.0
    cached: Annotated[
        Annotated[Money, Meta(ge=0)] | None,
        means("US$ per million prompt tokens that the engine says it had in its cache; without it, `input`."),
    ] = None


class Health(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How servers are probed. Failures of real requests count in any case."""

    path: Annotated[str, Meta(pattern=r"^/[!-~]*$"), means("The path that answers 200 when all is well.")] = "/health"
    every: Annotated[Positive, means("Time between two probes of a server.")] = 10.0
    timeout: Annotated[Positive, means("How long a probe may take.")] = 2.0


class MetricsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How servers are asked how loaded they are. What they say is beside what we know of our own requests: so several
    routers before the same servers hear of each other's."""

    path: Annotated[
        Annotated[str, Meta(pattern=r"^/[!-~]*$")] | None,
        means(
            "Where they show it; without it, where their engine does: `/metrics`, TensorRT-LLM `/prometheus/metrics`."
        ),
    ] = None
    every: Annotated[Positive, means("Time between two looks at a server.")] = 1.0
    timeout: Annotated[Positive, means("How long a look may take.")] = 0.5
    stale: Annotated[
        Positive, means("How long what a server said is good; after that, only our own requests on it count.")
    ] = 5.0

    def __post_init__(self) -> None:
        if self.stale < 2 * self.every:
            raise ValueError("stale must be at least twice every: else one look that fails makes forget all")


class QueueConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines before the servers of a pool, in the router: a server is sent a few prompts at a time, and whoever waits
    for it can still be moved, overtaken, or told to come back later."""

    order: Annotated[OrderSpec, means("Whose turn is next.")] = Shortest()
    prefills: Annotated[int, Meta(ge=1, le=1024), means("Prompts sent to a server and not yet computed.")] = 2
    depth: Annotated[int, Meta(ge=1, le=100_000), means("How many may wait for one server.")] = 512


class PoolConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Servers of one model on one kind of hardware."""

    name: Annotated[Name, means("What routes, logs and metrics call it.")]
    servers: Annotated[tuple[ServerConfig, ...], Meta(min_length=1, max_length=1024), means("Its servers.")]
    model: Annotated[
        str,
        Meta(min_length=1, max_length=256),
        means("The model as the servers call it; `*` takes any name as it comes."),
    ] = "*"
    adapters: Annotated[
        tuple[AdapterName, ...],
        Meta(max_length=100_000),
        means(
            "Names under which the servers offer adapters (LoRA) of the model, such as `sql-lora`, and beginnings of "
            "such names, as `sql-*`: requests for these models come here, and the name is sent as it came."
        ),
    ] = ()
    engine: Annotated[Engine, means("What the servers run: which dialect they speak and which metrics they show.")] = (
        "openai"
    )
    abilities: Annotated[
        tuple[Ability, ...], Meta(min_length=1), means("What the servers can do; requests that need more go elsewhere.")
    ] = ("chat", "completion", "embedding")
    context: Annotated[int, Meta(ge=0), means("Tokens of prompt and answer together; 0 where not known.")] = 0
    price: Annotated[Price, means("What the tokens cost.")] = Price()
    hardware: Annotated[Hardware | None, means("What a server runs on.")] = None
    balance: Annotated[BalancingSpec, means("How one of the servers is chosen.")] = Adaptive()
    queue: Annotated[
        QueueConfig | None, means("Lines before its servers; without it a server gets what it has room for.")
    ] = None
    limit: Annotated[
        Limit, means("Requests in flight on each server; 0: any number; `{kind: adaptive}`: as many as it can bear.")
    ] = 0
    outliers: Annotated[
        OutlierConfig | None, means("When a server is too slow beside the others, and is taken out; without it, never.")
    ] = None
    api_key: Annotated[Secret | None, means("The key for the servers.")] = None
    send_key: Annotated[
        Literal["own", "client", "none"] | None,
        means(
            "Which key the servers get: `api_key`, the client's, or none. Without it: `own` if there is an `api_key`, "
            "else `none` if the router has keys of its own, else `client`."
        ),
    ] = None
    kv_isolation: Annotated[
        Literal["none", "tenant"],
        means(
            "`tenant`: requests get a `cache_salt` of their tenant's, so that vLLM computes no prompt's beginning from "
            "another tenant's. Routers before the same servers need the same `secret`."
        ),
    ] = "none"
    health: Annotated[Health | None, means("How servers are probed; without it they are not.")] = None
    metrics: Annotated[
        Literal["auto", "off"] | MetricsConfig,
        means("Whether servers are asked how loaded they are; `auto`: where their engine shows it."),
    ] = "auto"
    stream_end: Annotated[
        Literal["done", "finish"], means("What ends a whole stream: `data: [DONE]`, or a `finish_reason` is enough.")
    ] = "done"
    timeouts: Annotated[PoolTimeouts | None, means("Timeouts that differ for this pool.")] = None

    def looks(self) -> MetricsConfig | None:
        """How its servers are asked how loaded they are, if they are."""
        if self.metrics == "off" or self.engine not in DIALECTS:
            return None
        return self.metrics if isinstance(self.metrics, MetricsConfig) else MetricsConfig()
