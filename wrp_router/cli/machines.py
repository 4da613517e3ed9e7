"""What a server of a pool is taken for where engines are modelled. By arithmetic and the pool's own words; it asks no
server."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import msgspec

from wrp_policies.balancing import Lora
from wrp_router.config.pools import Hardware as PoolHardware
from wrp_router.config.pools import PoolConfig
from wrp_router.config.problems import closest, shown
from wrp_router.sim.batching import Hardware
from wrp_router.sim.batching.profiles import FITTED, GPUS, MODELS, ROOMY, TYPICAL, USED, Model, hardware

from .candidate import Unusable

SMALL, LARGE = "l4", "h100"
"""What a server is where nobody says: the first while the model has room on one of it, else as many of the second as it
needs."""

USUAL = 8.0
"""Billions of parameters of a model whose name does not say."""

NOT_SAID = PoolHardware()

KNOWN = f"Known are {', '.join(GPUS)}; any other machine can be given as JSON: the fields of a Hardware."

MOST = 1024
"""GPUs of one server."""

_SIZE = re.compile(r"(?<![a-z0-9.])(?:(\d{1,3})x)?(\d{1,4}(?:\.\d{1,3})?)b(?![a-z0-9])", re.IGNORECASE)
_NAME = re.compile(r"(?:(\d{1,4})x)?([a-z][a-z0-9]*)(?:-(\d{1,4}(?:\.\d{1,3})?)b)?")


class Machine(NamedTuple):
    """`title` says what it is and, where that was a guess, that it was one."""

    title: str
    hardware: Hardware


class Wanted(NamedTuple):
    """So many GPUs (0: as many as it takes) of this kind, for a model of so many billions of parameters."""

    gpus: int
    kind: str
    billions: float
    guess: str = ""


def machines(pool: PoolConfig, names: str | None) -> tuple[Machine, ...]:
    """One for each name between commas (JSON is one alone): servers are these in turn. Raises Unusable."""
    if names is None or names.lstrip().startswith("{"):
        return (machine(pool, names),)
    return tuple([machine(pool, name) for name in names.split(",")])


def machine(pool: PoolConfig, name: str | None) -> Machine:
    """`h100`, `h100-70b`, `4xh100-70b`, a Hardware as JSON; without a name what the pool's `hardware` says, else a
    guess. The pool's price and watts hold as long as it is the pool's GPU, or the pool names none.

    A model that the name does not size has the size in the pool's model name, as `qwen3-8b`, `Llama-3.3-70B` and
    `mixtral-8x7b` have one (of `30b-a3b` the first), else 8 billion parameters. Of the pool's adapters it holds as many
    as `balance: {kind: lora}` says, or any number. Raises Unusable.
    """
    if name is not None and name.lstrip().startswith("{"):
        return Machine("the hardware given", _decoded(name))
    own = pool.hardware or NOT_SAID
    wanted = _wanted(pool, own, name)
    made, count = _made(wanted)
    if name is None or own.gpu is None or (_plain(own.gpu) == wanted.kind and wanted.gpus in (0, own.count)):
        price, watts = own.price_per_hour or made.price_per_hour, own.watts or made.watts
        made = msgspec.structs.replace(made, price_per_hour=price, watts=watts)
    if pool.adapters and isinstance(pool.balance, Lora):
        made = msgspec.structs.replace(made, adapter_slots=pool.balance.slots, adapter_load=pool.balance.load)
    gpus = wanted.kind if count == 1 else f"{count} x {wanted.kind}"
    return Machine(f"{gpus} with a model of {wanted.billions:g}B{wanted.guess}", made)


def billions_of(model: str) -> float | None:
    """The size in a model's name: billions of parameters, if it has one. A guess: names are only names."""
    for experts, size in _SIZE.findall(model):
        if float(size):
            return float(size) * (int(experts or 1) or 1)
    return None


def _decoded(text: str) -> Hardware:
    try:
        made = msgspec.json.decode(text, type=Hardware)
    except msgspec.DecodeError as error:
        raise Unusable(f"--hardware: {error}") from None
    if not made.pace.overhead + max(made.pace.weights, made.pace.token):
        raise Unusable('--hardware: an iteration takes time: {"pace": {"overhead": 0.01, "token": 1.6e-4}}')
    return made


def _wanted(pool: PoolConfig, own: PoolHardware, name: str | None) -> Wanted:
    sized = billions_of(pool.model)
    billions = sized or USUAL
    count = own.count if own.count > 1 else 0
    unsaid = [] if sized else ["size in its model's name"]
    if name is not None:
        asked, gpu, size = _parsed(name)
        same = own.gpu is None or _plain(own.gpu) == gpu
        return Wanted(asked or (count if same else 0), gpu, size or billions, "" if size else _guess(unsaid))
    if own.gpu is not None:
        return Wanted(count, _known(own.gpu, "hardware.gpu"), billions, _guess(unsaid))
    gpu = SMALL if _fewest(SMALL, billions) == 1 else LARGE
    return Wanted(count, gpu, billions, _guess(["hardware.gpu", *unsaid]))


def _guess(unsaid: list[str]) -> str:
    return f" (a guess: the pool has no {' and no '.join(unsaid)})" if unsaid else ""


def _parsed(name: str) -> tuple[int, str, float]:
    found = _NAME.fullmatch(name.strip().lower())
    if found is None:
        raise Unusable(f"--hardware {shown(name)} is not like h100, h100-70b or 4xh100-70b. {KNOWN}")
    count, gpu, size = found.groups()
    gpu = _known(gpu, "--hardware")
    if (count and not 1 <= int(count) <= MOST) or (size and not float(size)):
        raise Unusable(f"--hardware {shown(name)}: from one GPU to {MOST}, and a model of some parameters")
    return int(count or 0), gpu, float(size or 0)


def _known(gpu: str, where: str) -> str:
    plain = _plain(gpu)
    if plain not in GPUS:
        close = closest(plain, GPUS)
        raise Unusable(f"{where}: nothing is known of {shown(gpu)}{close and f', {close}'}. {KNOWN}")
    return plain


def _plain(gpu: str) -> str:
    return re.sub(r"[^a-z0-9]", "", gpu.lower())


def _made(wanted: Wanted) -> tuple[Hardware, int]:
    """Raises Unusable where the model does not fit."""
    gpu, model = GPUS[wanted.kind], _model(wanted.billions)
    count = wanted.gpus or _fewest(wanted.kind, wanted.billions)
    try:
        return hardware(gpu, model, count, attained=FITTED.get(wanted.kind, TYPICAL)), count
    except ValueError as error:
        raise Unusable(f"a model of {wanted.billions:g}B on {count} x {wanted.kind}: {error}") from None


def _fewest(gpu: str, billions: float) -> int:
    """1, 2, 4, ... GPUs, on which the weights leave room."""
    count = 1
    while 2e9 * billions > ROOMY * USED * GPUS[gpu].memory * count and count < MOST:
        count *= 2
    return count


def _model(billions: float) -> Model:
    """The known model that is nearest in size, grown or shrunk in all directions alike; its keys stay as they are."""
    known = min(MODELS.values(), key=lambda one: abs(math.log(billions * 1e9 / one.parameters)))
    by = (billions * 1e9 / known.parameters) ** (1 / 3)
    if abs(by - 1.0) < 0.01:
        return known
    return Model(
        parameters=billions * 1e9,
        layers=max(1, round(known.layers * by)),
        width=max(64, round(known.width * by)),
        keys=known.keys,
        vocabulary=round(known.vocabulary * by * by),
    )
