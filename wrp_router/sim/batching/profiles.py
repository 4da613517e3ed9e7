"""Hardware by arithmetic: what a GPU's data sheet says, times the shares of it that engines were seen to attain.

Two are fitted to timelines of vLLM 0.19 (bench/sim_engine.py); all others derive from these and are not measured.
"""

from __future__ import annotations

import msgspec

from .pace import Hardware, Pace


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One accelerator, as its data sheet has it. `flops` are dense, with 16-bit operands; 8-bit ones take
    `eight_bit` times as many. `link` is what it sends to its neighbours, one way. Bytes and seconds."""

    memory: float
    bandwidth: float
    flops: float
    eight_bit: float = 1.0
    link: float = 32e9
    watts: float = 0.0
    price_per_hour: float = 0.0


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A dense transformer. `keys` is the width of keys, and of values: heads of theirs times their size."""

    parameters: float
    layers: int
    width: int
    keys: int
    vocabulary: int = 128_256

    @property
    def computed(self) -> float:
        """Parameters that each prompt token meets: embeddings are looked up, the head is for the last token only."""
        return self.parameters - 2.0 * self.vocabulary * self.width

    @property
    def read(self) -> float:
        """Parameters that each iteration reads."""
        return self.parameters - float(self.vocabulary * self.width)


class Attained(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine makes of the hardware: shares of its bandwidth and of its FLOPs, and the seconds that each
    iteration takes besides, as such and for each sequence that decodes."""

    bandwidth: float
    flops: float
    overhead: float
    sequence: float


GIB = 2.0**30 * 0.98
"""Bytes that a GPU shows of each GiB of its memory (25.25e9 of 24 GiB on the RTX 4090)."""

USED = 0.9
"""Share of its memory that vLLM takes by default."""

WORKSPACE = 1.24e9
"""Bytes of activations and graphs on each GPU. Measured: 0.9 * 25.25e9 B, less 16.06e9 B of weights, less 41,408 tokens
of 131,072 B, on the RTX 4090."""

EXCHANGE = 15e-6
"""Seconds of one small all-reduce over NVLink; each layer has two. Vidur's profiles of H100s have 7 to 38 µs."""

GPUS = {
    "l4": Gpu(memory=24 * GIB, bandwidth=300e9, flops=121e12, eight_bit=2.0, watts=72, price_per_hour=0.44),
    "a10g": Gpu(memory=24 * GIB, bandwidth=600e9, flops=70e12, watts=300, price_per_hour=1.01),
    "rtx4090": Gpu(memory=24 * GIB, bandwidth=1008e9, flops=165.2e12, eight_bit=2.0, watts=450),
    "rtxpro6000": Gpu(
        memory=96 * GIB, bandwidth=1597e9, flops=503.8e12, eight_bit=2.0, link=64e9, watts=600, price_per_hour=2.19
    ),
    "a100": Gpu(memory=80 * GIB, bandwidth=2039e9, flops=312e12, link=300e9, watts=400, price_per_hour=2.79),
    "h100": Gpu(
        memory=80 * GIB, bandwidth=3350e9, flops=989e12, eight_bit=2.0, link=450e9, watts=700, price_per_hour=3.49
    ),
    "h200": Gpu(
        memory=141e9, bandwidth=4800e9, flops=989e12, eight_bit=2.0, link=450e9, watts=700, price_per_hour=4.59
    ),
}
"""Data sheets; prices per hour of the cheapest offer we have a record of (0: none)."""

MODELS = {
    "8b": Model(parameters=8.03e9, layers=32, width=4096, keys=1024),
    "32b": Model(parameters=32.8e9, layers=64, width=5120, keys=1024, vocabulary=151_936),
    "70b": Model(parameters=70.6e9, layers=80, width=8192, keys=1024),
}
"""Llama 3.1 8B and 70B, Qwen3 32B."""

FITTED = {
    "rtx4090": Attained(bandwidth=0.927, flops=0.945, overhead=2.98e-3, sequence=24e-6),
    "rtxpro6000": Attained(bandwidth=0.927, flops=0.615, overhead=2.98e-3, sequence=24e-6),
}
"""What vLLM 0.19 made of two GPUs with Llama 3.1 8B: fitted to timelines, all but `flops` to both together."""

TYPICAL = FITTED["rtxpro6000"]
"""For all others: of the two, what is less."""

ROOMY = 0.8
"""Share of the memory in use that weights may take at most where `profile` chooses how many GPUs."""


def dense(parameters: float) -> Model:
    """A model of which nothing but the size is known, with proportions between those of Llama 3.1 8B and 70B."""
    layers = max(1, round((parameters / (13.5 * 115**2)) ** (1 / 3)))
    return Model(parameters=parameters, layers=layers, width=115 * layers, keys=1024, vocabulary=0)


def hardware(
    gpu: Gpu,
    model: Model,
    count: int = 1,
    *,
    attained: Attained = TYPICAL,
    weight_bytes: float = 2.0,
    key_bytes: float = 2.0,
    batch_tokens: int = 2048,
    slots: int = 256,
) -> Hardware:
    """`count` GPUs that share every layer of one model (tensor parallelism), weights of so many bytes each.

    Raises ValueError where the weights leave no room for keys and values.
    """
    flops = count * gpu.flops * (gpu.eight_bit if weight_bytes <= 1.0 else 1.0) * attained.flops
    bandwidth = count * gpu.bandwidth * attained.bandwidth
    per_token = 2.0 * model.layers * model.keys * key_bytes
    kv = count * (USED * gpu.memory - WORKSPACE) - model.parameters * weight_bytes
    if kv < per_token * batch_tokens:
        raise ValueError(f"{model.parameters / 1e9:.0f}e9 weights of {weight_bytes:g} B do not fit on {count} GPUs")
    exchanges = 2 * model.layers if count > 1 else 0
    moved = exchanges * 2.0 * model.width * 2.0 * (count - 1) / count  # bytes that a token's activations are sent as
    pace = Pace(
        overhead=attained.overhead + exchanges * EXCHANGE,
        weights=model.read * weight_bytes / bandwidth,
        token=2.0 * model.computed / flops + moved / (gpu.link * attained.bandwidth),
        sequence=attained.sequence,
        context=per_token / bandwidth,
        attention=4.0 * model.layers * model.width / (count * gpu.flops * attained.flops),
    )
    return Hardware(
        pace=pace,
        kv_tokens=int(kv / per_token),
        batch_tokens=batch_tokens,
        slots=slots,
        watts=count * gpu.watts,
        price_per_hour=count * gpu.price_per_hour,
    )


def profile(name: str) -> Hardware:
    """Named hardware with 16-bit weights, such as "rtx4090-8b" or "h100-70b": the fewest GPUs (1, 2, 4, ...) on which
    the weights leave room.

    Raises ValueError where there is no such GPU or model.
    """
    kind, _, size = name.partition("-")
    if kind not in GPUS or size not in MODELS:
        raise ValueError(f"no profile {name!r}; GPUs: {', '.join(GPUS)}; models: {', '.join(MODELS)}")
    gpu, model, count = GPUS[kind], MODELS[size], 1
    while 2.0 * model.parameters > ROOMY * USED * gpu.memory * count:
        count *= 2
    return hardware(gpu, model, count, attained=FITTED.get(kind, TYPICAL))
