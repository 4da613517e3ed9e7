"""What a server of a pool is taken for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest

from wrp_policies.balancing import Lora
from wrp_router.cli.candidate import Unusable
from wrp_router.cli.machines import billions_of, machine, machines
from wrp_router.config.pools import Hardware as PoolHardware
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.sim.batching import Hardware, Pace
from wrp_router.sim.batching.profiles import FITTED, GPUS, MODELS, TYPICAL, hardware


def pool(model: str = "*", **more: Any) -> PoolConfig:
    return PoolConfig("p", (ServerConfig("http://h:1"),), model, hardware=PoolHardware(**more) if more else None)


@pytest.mark.parametrize(
    ("model", "billions"),
    [
        ("qwen3-8b", 8.0),
        ("Llama-3.3-70B-Instruct", 70.0),
        ("qwen3-0.6b", 0.6),
        ("Qwen/Qwen2.5-1.5B", 1.5),
        ("llama3.1:8b", 8.0),
        ("mixtral-8x7b", 56.0),
        ("qwen3-30b-a3b", 30.0),
        ("gpt-oss_120b", 120.0),
        ("*", None),
        ("gpt-4o", None),
        ("phi-3-mini-128k", None),
        ("model-4bit", None),
        ("fab4b", None),
        ("v0b", None),
        ("empty-0b", None),
        ("empty-0b-7b", 7.0),
    ],
)
def test_sizes_in_names(model: str, billions: float | None):
    """Of models: a number and a b that stand alone; of several the first."""
    assert billions_of(model) == billions


def test_several_kinds():
    """Each as it would be alone; JSON has commas of its own; a name that nobody knows is said."""
    both = machines(pool("qwen3-8b"), "h100, l4")
    assert both == (machine(pool("qwen3-8b"), "h100"), machine(pool("qwen3-8b"), "l4"))
    assert machines(pool("qwen3-8b"), None) == (machine(pool("qwen3-8b"), None),)
    json = '{"pace": {"overhead": 0.01, "token": 1.6e-4}}'
    assert machines(pool(), json) == (machine(pool(), json),)
    with pytest.raises(Unusable, match="abacus"):
        machines(pool(), "h100,abacus")


def test_the_pool_says_it():
    """Its GPU however it is written, how many, its model's size; its price and power replace the data sheet's."""
    title, made = machine(pool("llama-3.3-70b", gpu="H100", count=4, price_per_hour=9.0, watts=2000.0), None)
    assert title == "4 x h100 with a model of 70B"
    sheet = hardware(GPUS["h100"], MODELS["70b"], 4, attained=TYPICAL)
    assert (made.pace, made.kv_tokens) == (sheet.pace, sheet.kv_tokens)
    assert (made.price_per_hour, made.watts) == (9.0, 2000.0)
    made = machine(pool("llama-3.3-70b", gpu="RTX 4090"), None).hardware
    assert made.watts % GPUS["rtx4090"].watts == 0
    assert made.price_per_hour == 0.0


def test_fitted_gpus_are_as_measured():
    """Where we have a timeline of one."""
    made = machine(pool("qwen3-8b", gpu="rtx4090"), None).hardware
    assert made.pace == hardware(GPUS["rtx4090"], MODELS["8b"], attained=FITTED["rtx4090"]).pace


def test_nobody_says_anything():
    """A guess, and it says so: a small GPU where the model has room on it, else as many large ones as it needs."""
    assert machine(pool(), None).title == (
        "l4 with a model of 8B (a guess: the pool has no hardware.gpu and no size in its model's name)"
    )
    title, made = machine(pool("qwen3-8b", price_per_hour=0.7, watts=60.0), None)
    assert title == "l4 with a model of 8B (a guess: the pool has no hardware.gpu)"
    assert (made.price_per_hour, made.watts) == (0.7, 60.0)
    assert machine(pool("llama-3.3-70b"), None).title.startswith("4 x h100 with a model of 70B (a guess")
    assert (
        machine(pool(gpu="l4"), None).title
        == "l4 with a model of 8B (a guess: the pool has no size in its model's name)"
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("h100", "h100 with a model of 8B"),
        ("H100-70B", "4 x h100 with a model of 70B"),
        ("8xh100-70b", "8 x h100 with a model of 70B"),
        (" 2xl4 ", "2 x l4 with a model of 8B"),
        ("l4-0.6b", "4 x l4 with a model of 0.6B"),
        ("a100-9999b", "512 x a100 with a model of 9999B"),
        ("a10g-9999b", "1024 x a10g with a model of 9999B"),
        ("l4", "4 x l4 with a model of 8B"),
    ],
)
def test_a_name_wins(name: str, title: str):
    """Over the pool's own GPU; what it leaves out is the pool's, if it is the pool's GPU."""
    assert machine(pool("qwen3-8b", gpu="L4", count=4), name).title == title


def test_whose_price():
    """The pool's, as long as it is the pool's machine, or the pool does not say which."""
    own = pool("qwen3-8b", gpu="l4", price_per_hour=0.1, watts=1.0)
    assert machine(own, "l4").hardware.price_per_hour == 0.1
    assert machine(own, "h100").hardware.price_per_hour == GPUS["h100"].price_per_hour
    assert machine(own, "2xl4").hardware.watts == 2 * GPUS["l4"].watts
    assert machine(pool(price_per_hour=0.1), "h100").hardware.price_per_hour == 0.1


def test_any_size_is_possible():
    """In between, the nearest known model grows or shrinks: more parameters take longer and leave less memory."""
    sizes = (0.1, 0.6, 1.5, 3, 7, 8, 8.5, 14, 20, 32, 40, 70, 123, 405)
    made = [machine(pool(), f"16xh100-{size}b").hardware for size in sizes]
    for smaller, larger in pairwise(made):
        assert 0 < smaller.pace.token < larger.pace.token
        assert 0 < smaller.pace.weights < larger.pace.weights
    assert machine(pool(), "h100-8b").hardware == hardware(GPUS["h100"], MODELS["8b"])


def test_a_machine_of_its_own():
    """As JSON: the fields of a Hardware, taken as they are."""
    text = ' {"pace": {"overhead": 0.01, "token": 1e-4}, "kv_tokens": 5000}'
    title, made = machine(pool(price_per_hour=3.0), text)
    assert made == Hardware(Pace(overhead=0.01, token=1e-4), kv_tokens=5000)
    assert title == "the hardware given"


@pytest.mark.parametrize(
    ("asked", "name", "said"),
    [
        (pool(), "h101", '--hardware: nothing is known of "h101", did you mean "h100"?. Known are l4, '),
        (pool(), "abacus", '--hardware: nothing is known of "abacus". Known are l4, '),
        (pool(gpu="mi300x"), None, 'hardware.gpu: nothing is known of "mi300x". Known are l4, '),
        (pool(), "", '--hardware "" is not like h100'),
        (pool(), "two h100", "is not like h100, h100-70b or 4xh100-70b"),
        (pool(), "0xh100", "from one GPU to 1024"),
        (pool(), "9999xh100", "from one GPU to 1024"),
        (pool(), "h100-0b", "of some parameters"),
        (pool(), "1xl4-70b", "a model of 70B on 1 x l4: "),
        (pool("x-70b", gpu="l4", count=2), None, "a model of 70B on 2 x l4: "),
        (pool(), "{", "--hardware: "),
        (pool(), '{"pac": {}}', "--hardware: Object contains unknown field `pac`"),
        (pool(), '{"kv_tokens": 0}', "--hardware: Expected `int` >= 1"),
        (pool(), "{}", "--hardware: an iteration takes time"),
    ],
)
def test_what_cannot_be(asked: PoolConfig, name: str | None, said: str):
    """Each is told with what there is instead."""
    with pytest.raises(Unusable) as raised:
        machine(asked, name)
    assert said in str(raised.value)


def test_adapters_that_a_server_holds():
    """As many as the pool's balancing goes by; where it goes by something else, or there are none, any number."""
    plain, balance = machine(pool("m-8b"), None).hardware, Lora(slots=4, load=1.5)
    adapters = msgspec.structs.replace(pool("m-8b"), adapters=("sql-*",))
    assert (
        machine(adapters, None).hardware
        == machine(msgspec.structs.replace(pool("m-8b"), balance=balance), None).hardware
        == plain
    )
    made = machine(msgspec.structs.replace(adapters, balance=balance), "h100").hardware
    assert (made.adapter_slots, made.adapter_load) == (4, 1.5)
