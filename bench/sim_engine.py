"""The simulator's engine beside engines: fitted to measured timelines, judged on those it was not fitted to.

    python bench/sim_engine.py --data DATA [--silicon] [--json]

Five numbers are fitted to two machines together: the share of the bandwidth, the seconds of an iteration and those of a
sequence (one for both), and the share of the FLOPs of each. All else is data sheets, the model's shape and the engine's
configuration. `--silicon` holds hardware that is derived, not fitted, to measurements of H100s and H200s. Writes
bench/results/sim_engine.json.

A request arrives at its `arrival_time` (wall clock), put on the engine's clock by the smallest difference to
`queued_ts` that occurs: an engine reads its queue between two iterations only, so `queued_ts` itself hides that wait.
"""

from __future__ import annotations

import csv
import gzip
import heapq
import json
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from tables import command

from wrp_router.cli.progress import Bar
from wrp_router.sim.batching import Engine, Hardware, Job
from wrp_router.sim.batching.profiles import FITTED, GPUS, MODELS, TYPICAL, Attained, hardware

RESULTS = Path(__file__).parent / "results" / "sim_engine.json"
Found = dict[str, Any]
Array = NDArray[np.float64]

FILES = {"rtx4090": "RTX4090_Llama-3.1-8B", "rtxpro6000": "RTXPRO6000_Llama-3.1-8B"}
PREFIXES = "trace_sharegpt_prefix/sharegpt300_llama31_blk16.jsonl.gz"
BLOCK = 16
BARS = {"TTFT p50": 0.10, "TTFT p99": 0.20, "TPOT p50": 0.10, "TPOT p99": 0.20}
START = (0.9, 0.75, 0.75, 3e-3, 20e-6)
"""Where the fit starts: shares of the bandwidth and of the FLOPs of each, seconds of an iteration, of a sequence."""
TRIALS = 250
SPLITS = {
    "every other request": (slice(0, None, 2), slice(1, None, 2)),
    "the first half in time": (slice(None, 150), slice(150, None)),
}


class Machine(NamedTuple):
    """What was measured on one: requests, and seconds of each to the first token and from token to token."""

    gpu: str
    kv_tokens: int | None
    slots: int
    requests: list[tuple[float, int, int, tuple[int, ...]]]
    ttft: Array
    tpot: Array

    def hardware(self, attained: Attained) -> Hardware:
        made = hardware(GPUS[self.gpu], MODELS["8b"], attained=attained, slots=self.slots)
        return msgspec.structs.replace(made, kv_tokens=self.kv_tokens or made.kv_tokens)


def lines(path: Path) -> list[Found]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read(data: Path, gpu: str) -> Machine:
    """One recording, with the prefix blocks of the workload that it is of."""
    folder = data / "gpu_llmservingsim_bench"
    rows, prefixes = lines(folder / f"{FILES[gpu]}_requests.jsonl.gz"), lines(data / PREFIXES)
    told = [(row["input_toks"], row["output_toks"]) for row in rows]
    if told != [(row["input_length"], row["output_length"]) for row in prefixes]:
        raise SystemExit(f"{FILES[gpu]} is not a recording of {PREFIXES}")
    meta = json.loads((folder / f"{FILES[gpu]}_meta.json").read_text(encoding="utf-8"))
    arrivals = np.array([row["arrival_time"] for row in rows])
    arrivals += min(row["queued_ts"] - row["arrival_time"] for row in rows)
    first, last = (np.array([row[name] for row in rows]) for name in ("first_token_ts", "last_token_ts"))
    blocks = [tuple(row["hash_ids"]) for row in prefixes]
    return Machine(
        gpu,
        meta.get("kv_cache", {}).get("num_kv_tokens"),
        meta["engine_kwargs"]["max_num_seqs"],
        [(float(at - arrivals[0]), *lengths, ids) for at, lengths, ids in zip(arrivals, told, blocks, strict=True)],
        first - arrivals,
        (last - first) / (np.array([output for _, output in told]) - 1),
    )


def simulate(machine: Machine, made: Hardware, shared: bool = True) -> tuple[Array, Array]:
    """Seconds to the first token, and from token to token, of each request."""
    engine, jobs = Engine(made, BLOCK), []
    for at, prompt, output, blocks in machine.requests:
        engine.run(at)
        jobs.append(Job(None, prompt, output, blocks if shared else ()))
        engine.add(jobs[-1], at)
    engine.run(float("inf"))
    return (
        np.array([job.first - job.added for job in jobs]),
        np.array([(job.last - job.first) / (job.output - 1) for job in jobs]),
    )


def attained(numbers: Any) -> dict[str, Attained]:
    bandwidth, *flops, overhead, sequence = (float(number) for number in numbers)
    return {
        gpu: Attained(bandwidth=min(1.0, bandwidth), flops=min(1.0, share), overhead=overhead, sequence=sequence)
        for gpu, share in zip(FILES, flops, strict=True)
    }


def fit(machines: list[Machine], chosen: slice, bar: Bar, stage: str) -> dict[str, Attained]:
    """What makes the chosen requests' errors smallest: relative ones, of TTFT beside 0.3 s; their mean on both."""
    tried = count()

    def loss(steps: Array) -> float:
        bar(stage, next(tried) / TRIALS)
        errors = []
        for machine, share in zip(machines, attained(START * np.exp(steps)).values(), strict=True):
            ttft, tpot = simulate(machine, machine.hardware(share))
            late = (ttft - machine.ttft)[chosen] / (machine.ttft[chosen] + 0.3)
            errors.append(np.abs(np.concatenate([late, tpot[chosen] / machine.tpot[chosen] - 1.0])).mean())
        return float(np.mean(errors))

    corners = np.vstack([np.zeros(len(START)), 0.2 * np.eye(len(START))])
    options = {"maxfev": TRIALS, "initial_simplex": corners, "xatol": 1e-3, "fatol": 1e-5}
    found = minimize(loss, np.zeros(len(START)), method="Nelder-Mead", options=options)
    return attained(START * np.exp(found.x))


def errors(machine: Machine, made: Hardware, chosen: slice, shared: bool = True) -> dict[str, list[float]]:
    """Measured, simulated, and how much too much the latter is."""
    found = {}
    for name, measured, simulated in zip(
        ("TTFT", "TPOT"), (machine.ttft, machine.tpot), simulate(machine, made, shared), strict=True
    ):
        for percent in (10, 50, 99):
            real, ours = (float(np.percentile(values[chosen], percent)) for values in (measured, simulated))
            found[f"{name} p{percent}"] = [round(real, 4), round(ours, 4), round(ours / real - 1.0, 4)]
    return found


def calibration(machines: list[Machine], bar: Bar) -> Found:
    """Each split: what was fitted to one half, and the errors on it and on the other."""
    found: Found = {}
    for name, (one, other) in SPLITS.items():
        shares = fit(machines, one, bar, f"fitting to {name}")
        found[name] = {
            machine.gpu: {
                "fit": {key: round(value, 6) for key, value in msgspec.structs.asdict(shares[machine.gpu]).items()},
                "fitted half": errors(machine, machine.hardware(shares[machine.gpu]), one),
                "scored half": errors(machine, machine.hardware(shares[machine.gpu]), other),
            }
            for machine in machines
        }
    bar.end()
    return found


def without(machine: Machine) -> Found:
    """What ships, all requests; and what is lost with each piece of the engine's structure."""
    made = machine.hardware(FITTED[machine.gpu])
    everything, replace = slice(None), msgspec.structs.replace
    return {
        "as it ships": errors(machine, made, everything),
        "without composing ahead": errors(machine, replace(made, ahead=False), everything),
        "without prefix cache": errors(machine, made, everything, shared=False),
        "without KV limit": errors(machine, replace(made, kv_tokens=10**7), everything),
        "without limit of sequences": errors(machine, replace(made, slots=2048), everything),
        "without chunks": errors(machine, replace(made, batch_tokens=10**6), everything),
        "with the other machine's share of FLOPs": errors(
            machine, machine.hardware(next(share for gpu, share in FITTED.items() if gpu != machine.gpu)), everything
        ),
    }


# -- derived hardware beside measurements of it

SYSTEMS = {"h100_sxm": "h100", "h200_sxm": "h200"}
NAMES = {"Llama-3.1-8B": "8b", "Llama-3.1-70B": "70b", "Qwen3-32B": "32b"}
ROUNDS = 10


def closed(made: Hardware, users: int, prompt: int, output: int, chance: random.Random) -> tuple[float, float]:
    """Mean seconds to the first token and from token to token, where so many users start at once and each asks again
    as soon as it is answered, ten times; lengths within 10 % of these. (How the measurements went is not told; so go
    the benches that they come from.)"""
    engine, jobs, now = Engine(made, BLOCK), [], 0.0
    asking = [(0.0, user) for user in range(users)]
    left = users * ROUNDS
    while left or len(engine):
        due = engine.due()
        if left and asking and asking[0][0] <= due:
            now, user = heapq.heappop(asking)
            seen = engine.run(now)
            jobs.append(Job(user, round(prompt * chance.uniform(0.9, 1.1)), round(output * chance.uniform(0.9, 1.1))))
            engine.add(jobs[-1], now)
            left -= 1
        else:
            seen = engine.run(due)
        for moment in seen:
            if moment.last:
                heapq.heappush(asking, (moment.at, moment.job.key))
    return (
        float(np.mean([job.first - job.added for job in jobs])),
        float(np.mean([(job.last - job.first) / (job.output - 1) for job in jobs])),
    )


def measured(data: Path) -> Iterator[tuple[str, Hardware, int, int, int, float, float]]:
    """Measurements of dense models that we know, on one aggregated engine: group, hardware, users, lengths, seconds."""
    with gzip.open(data / "gpu_silicon_measured" / "silicon_sample.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            gpu = SYSTEMS.get(row["system"])
            model = next((short for name, short in NAMES.items() if name in row["model_path"]), None)
            known = row["mode"] == "agg" and row["pp_size"] == "1" and row["precision"] in ("", "fp8")
            if not (gpu and model and known and row["backend"] in ("vllm", "trtllm")):
                continue
            gpus, width = int(row["tp_size"]), 1.0 if row["precision"] else 2.0
            made = hardware(
                GPUS[gpu], MODELS[model], gpus, attained=TYPICAL, weight_bytes=width, batch_tokens=8192, slots=1024
            )
            group = f"{row['backend']} {gpu} x{gpus} {model} {row['precision'] or 'bf16'}"
            users, prompt, output = (int(row[name]) for name in ("batch_size", "isl", "osl"))
            ttft, tpot = (float(row[f"silicon_{name}_ms"]) / 1e3 for name in ("ttft", "tpot"))
            yield group, made, users, prompt, output, ttft, tpot


def silicon(data: Path, bar: Bar) -> Found:
    """By group: median errors of TPOT, TTFT and the whole answer, signed and absolute."""
    chance, rows = random.Random(1), list(measured(data))
    groups: dict[str, list[tuple[float, float, float]]] = {}
    for number, (group, made, users, prompt, output, ttft, tpot) in enumerate(rows):
        bar("derived hardware", number / len(rows))
        first, each = closed(made, users, prompt, output, chance)
        whole = (first + each * (output - 1)) / (ttft + tpot * (output - 1))
        groups.setdefault(group, []).append((each / tpot - 1.0, first / ttft - 1.0, whole - 1.0))
    bar.end()
    return {
        group: {
            "measurements": len(found),
            **{
                name: [round(float(np.median(values)), 3), round(float(np.median(np.abs(values))), 3)]
                for name, values in zip(("TPOT", "TTFT", "whole"), zip(*found, strict=True), strict=True)
            },
        }
        for group, found in sorted(groups.items())
    }


# -- tables


def table(results: Found) -> Iterator[str]:
    for split, found in results["calibration"].items():
        for gpu, halves in found.items():
            yield f"{gpu}, {split}: " + ", ".join(f"{key} {value:g}" for key, value in halves["fit"].items())
            for half in ("fitted half", "scored half"):
                yield f"  {half:12s}" + cells(halves[half])
    for gpu, pieces in results["structure"].items():
        yield f"{gpu}, all requests"
        yield from (f"  {name:40s}" + cells(found, short=True) for name, found in pieces.items())
    for group, found in results.get("silicon", {}).items():
        rest = "  ".join(f"{name} {found[name][0]:+.0%} ({found[name][1]:.0%})" for name in ("TPOT", "TTFT", "whole"))
        yield f"{group:26s} {found['measurements']:3d} measurements: {rest}"


def cells(found: dict[str, list[float]], short: bool = False) -> str:
    """Measured -> simulated and the error; "!" where it is above the bar."""
    return "  ".join(
        f"{name} "
        + ("" if short else f"{real:.4g} -> {ours:.4g} ")
        + f"{error:+.1%}{'!' if abs(error) > BARS.get(name, 9.0) else ' '}"
        for name, (real, ours, error) in found.items()
    )


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--silicon", action="store_true", help="derived hardware, beside real H100s and H200s")
    args = parser.parse_args()
    bar = Bar()
    machines = [read(args.data, gpu) for gpu in FILES]
    results: Found = {"bars": BARS, "calibration": calibration(machines, bar)}
    results["structure"] = {machine.gpu: without(machine) for machine in machines}
    if args.silicon:
        results["silicon"] = silicon(args.data, bar)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results) if args.json else "\n".join(table(results)))


if __name__ == "__main__":
    main()
