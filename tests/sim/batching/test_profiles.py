"""Hardware by arithmetic."""

from __future__ import annotations

import pytest

from wrp_router.sim.batching import Engine, Job
from wrp_router.sim.batching.profiles import FITTED, GPUS, MODELS, TYPICAL, dense, hardware, profile


def test_measured_memory() -> None:
    """An RTX 4090 with Llama 3.1 8B has the 41,408 tokens of KV memory that vLLM reports."""
    assert profile("rtx4090-8b").kv_tokens == pytest.approx(41_408, rel=0.001)


def test_what_data_sheets_say() -> None:
    """16 GB of weights take some 16 ms at 1008 GB/s; a token, 2 FLOPs for each parameter, some 90 µs at 165 TFLOPS."""
    pace = profile("rtx4090-8b").pace
    assert pace.weights == pytest.approx(15.0e9 / 1008e9 / 0.927, rel=0.01)
    assert pace.token == pytest.approx(2 * 6.98e9 / 165.2e12 / 0.945, rel=0.01)
    assert pace.context == pytest.approx(131_072 / 1008e9 / 0.927, rel=0.01)
    assert profile("rtx4090-8b").pace.overhead == FITTED["rtx4090"].overhead


@pytest.mark.parametrize(
    ("name", "count"), [("l4-8b", 1), ("l4-70b", 8), ("a100-70b", 4), ("h100-70b", 4), ("h200-70b", 2)]
)
def test_as_many_as_are_needed(name: str, count: int) -> None:
    """A profile is of the fewest GPUs on which the weights leave room."""
    assert profile(name).watts == count * GPUS[name.split("-")[0]].watts


def test_more_or_better_is_faster() -> None:
    """More GPUs, newer ones, and narrower weights: each makes an iteration shorter."""
    paces = [
        hardware(GPUS["a100"], MODELS["70b"], 4),
        hardware(GPUS["h100"], MODELS["70b"], 4),
        hardware(GPUS["h100"], MODELS["70b"], 8),
        hardware(GPUS["h100"], MODELS["70b"], 8, weight_bytes=1.0),
    ]
    seconds = [made.pace.seconds(2048, 64, 100_000.0, 0.0) for made in paces]
    assert seconds == sorted(seconds, reverse=True)
    assert paces[3].kv_tokens > paces[2].kv_tokens


def test_what_does_not_fit() -> None:
    """Weights that leave no room for keys and values are an error, and so is a name that nobody knows."""
    with pytest.raises(ValueError, match="do not fit on 1 GPUs"):
        hardware(GPUS["h100"], MODELS["70b"])
    for name in ("h100", "h100-9000b", "abacus-8b"):
        with pytest.raises(ValueError, match="no profile"):
            profile(name)


def test_sizes_between() -> None:
    """Of a model that is known by size alone, time and memory lie near those of the models beside it."""
    small, known, large = (hardware(GPUS["h200"], model) for model in (dense(6e9), MODELS["8b"], dense(10e9)))
    assert small.pace.weights < known.pace.weights < large.pace.weights
    assert small.kv_tokens > known.kv_tokens > large.kv_tokens


def test_every_profile_serves() -> None:
    """Each answers a request in a time that is neither nothing nor for ever."""
    for name in (f"{gpu}-{model}" for gpu in GPUS for model in MODELS):
        engine, job = Engine(profile(name)), Job(None, 1000, 100)
        engine.add(job, 0.0)
        engine.run(1e6)
        assert 0.01 < job.first < 2.0, name
        assert 0.3 < job.last - job.first < 20.0, name
    assert TYPICAL.flops < 1.0
