"""The model tier: latency of one text, throughput of a batch, time to load, memory.

python bench/embedding.py [--threads 1] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import OnnxEmbedder, minilm

WORD = "route "  # one token


def resident() -> float:
    """This process's resident memory in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def seconds(embedder: OnnxEmbedder, texts: list[str]) -> float:
    started = time.perf_counter()
    embedder.embed(texts)
    return time.perf_counter() - started


def p50(embedder: OnnxEmbedder, texts: list[str], rounds: int) -> float:
    seconds(embedder, texts)
    return statistics.median(seconds(embedder, texts) for _ in range(rounds))


def text_of(tokens: int) -> str:
    """A text of so many tokens, the two special ones included."""
    return WORD * (tokens - 2)


def measured(threads: int, rounds: int) -> dict[str, float | str]:
    before = resident()
    started = time.perf_counter()
    card = weights(EMBEDDER_CARD)
    facts = embedder_card(card)
    embedder = minilm(card, weights(facts.model), weights(facts.tokenizer), threads)
    loaded = time.perf_counter() - started
    after = resident()
    results: dict[str, float | str] = {"embedder": embedder.id, "threads": threads, "load_s": round(loaded, 3)}
    for tokens in (16, 128, 256):
        results[f"p50_ms_{tokens}_tokens"] = round(1e3 * p50(embedder, [text_of(tokens)], rounds), 2)
    for tokens in (16, 128):
        batch = [text_of(tokens)] * 32
        results[f"texts_per_s_32x{tokens}"] = round(32 / p50(embedder, batch, max(3, rounds // 10)), 1)
    results["rss_mb_loaded"] = round(after - before, 1)
    results["rss_mb_after_batches"] = round(resident() - before, 1)
    results["rss_mb_process"] = round(resident(), 1)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    args = parser.parse_args()
    results = measured(args.threads, args.rounds)
    if args.json:
        print(json.dumps(results))
        return
    for name, value in results.items():
        print(f"{name:24s} {value}")


if __name__ == "__main__":
    main()
