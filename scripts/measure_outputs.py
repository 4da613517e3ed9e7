"""How well answers' lengths are predicted while they are learned: real lengths of five kinds of traffic, mixed.

    python scripts/measure_outputs.py --data DATA

Each kind is an application (a system prompt of its own). Every request is predicted before its length is learned. Two
predictions stand beside ours: a guess that never learns, and one running quantile over all requests.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wrp_signals import Message, RequestView, Used, facts_of
from wrp_signals.lengths import Lengths
from wrp_signals.outputs import OutputLengths, Predicted

EACH = 4_000
TABLES = {  # application: file, column of the answer's length
    "chat (LMSYS)": ("trace_length_dists/lmsys.csv.gz", "GeneratedTokens"),
    "chat (ShareGPT)": ("trace_length_dists/sharegpt.csv.gz", "GeneratedTokens"),
    "summaries (arXiv)": ("trace_length_dists/arxiv_summarization_llama2.csv.gz", "num_decode_tokens"),
    "code (Azure)": ("trace_azure_llm_2023/AzureLLMInferenceTrace_code.csv.gz", "GeneratedTokens"),
    "writing (apex)": ("trace_length_dists/apex_llama_creation_05.jsonl.gz", "out_tokens"),
}


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file) if ".jsonl" in path.name else csv.DictReader(file)


def requests(data: Path) -> list[tuple[str, int]]:
    """Application and true length, in a random order."""
    draw, found = random.Random(0), []
    for name, (file, column) in TABLES.items():
        lengths = [max(1, int(row[column])) for row in rows(data / file)]
        found += [(name, length) for length in draw.sample(lengths, min(EACH, len(lengths)))]
    draw.shuffle(found)
    return found


def pinball(predicted: float, true: int, mark: float) -> float:
    """Of the binary logarithms: what a wrong quantile costs."""
    off = np.log2(true) - np.log2(max(predicted, 1.0))
    return float(max(mark * off, (mark - 1.0) * off))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    args = parser.parse_args()
    ours, guess, running = OutputLengths(), OutputLengths(), Lengths((0.5, 0.75))
    seen: dict[str, list[tuple[int, Predicted, Predicted, Predicted]]] = {name: [] for name in TABLES}
    for name, true in requests(args.data):
        view = RequestView("chat", "auto", (Message("system", name), Message("user", "x")))
        all_alike = Predicted(2.0 ** running.middles[0], 2.0 ** running.middles[1], 0.0)
        seen[name].append((true, ours.predict(view), guess.predict(view), all_alike))
        ours.learn(view, facts_of(view, "", 0), Used(tokens_out=true))
        running.add(true)
    print(f"{'':20s}{'n':>6s}  pinball loss of log2 at P50: ours, running, guess   true <= our P50, P75")
    for name, all_seen in [*seen.items(), ("all", [one for each in seen.values() for one in each])]:
        losses = [np.mean([pinball(one[k].tokens, one[0], 0.5) for one in all_seen]) for k in (1, 2 + 1, 2)]
        below = [
            np.mean([one[0] <= value for one, value in zip(all_seen, values, strict=True)])
            for values in ([one[1].tokens for one in all_seen], [one[1].upper for one in all_seen])
        ]
        cells = "".join(f"{loss:12.3f}" for loss in losses) + "".join(f"{share:12.0%}" for share in below)
        print(f"{name:20s}{len(all_seen):6d}{cells}")


if __name__ == "__main__":
    main()
