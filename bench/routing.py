"""How good a choice of models is: every policy and baseline on recorded outcomes, five-fold by question.

    python bench/routing.py --data DATA [--vectors DIR] [--seeds N] [set ...]

Each set goes through `wrp eval routing --policy all` with the vectors of both tiers. `--vectors` names a folder that
keeps them from one run to the next; without it nothing stays on the disk but bench/results/routing.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import routing_data
import tables

from wrp_router.cli.routing_table import table

RESULTS = Path(__file__).parent / "results" / "routing.json"

TITLES = {
    "routellm-mmlu": "RouteLLM's MMLU, Mixtral-8x7B and GPT-4",
    "routellm-gsm8k": "RouteLLM's GSM8K, Mixtral-8x7B and GPT-4",
    "mmlu-pro": "MMLU-Pro, Llama-3.1-8B and 70B Instruct",
    "llmrouter9": "LLMRouter, nine open models on eleven tasks",
    "routerbench": "RouterBench (ARC, MBPP, Winogrande), eleven models",
}


def judged(lines: Path, vectors: Path, folds: int, seeds: int) -> dict[str, Any]:
    """What `wrp eval routing` says of a file, its progress passed on."""
    command = [sys.executable, "-m", "wrp_router", "eval", "routing", "--json", "--tier", "both", "--policy", "all"]
    command += ["--data", str(lines), "--vectors", str(vectors), "--folds", str(folds), "--seeds", str(seeds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"data": lines.name, "policies": several(found["policies"])}


def several(policies: dict[str, Any]) -> dict[str, Any]:
    """Without the rows of single models; the best has one of its own."""
    return {name: one for name, one in policies.items() if not name.startswith("single:")}


def shown(told: dict[str, Any]) -> tables.Table:
    """The table of a set."""
    head, *rows = table(told["policies"])
    return head, rows


def main() -> None:
    parser = tables.command(__doc__, TITLES)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--vectors", type=Path, metavar="DIR", help="where vectors are kept from run to run")
    parser.add_argument("--folds", type=int, default=5, metavar="K", help="default: 5")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="default: 1")
    asked = parser.parse_args()
    for name in tables.chosen(parser, asked, list(TITLES)):
        with tempfile.TemporaryDirectory() as folder:
            lines = Path(folder) / f"{name}.jsonl"
            if not routing_data.written(name, asked.data, lines):
                print(f"{name}: this copy of the data has none of it", file=sys.stderr)
                continue
            kept = (asked.vectors or Path(folder)) / f"{name}.npz"
            told = judged(lines, kept, asked.folds, asked.seeds)
        of_set = {f"routing-{TITLES[name]} ({told['n']:,} prompts)": shown(told)}
        tables.kept(RESULTS, name, told, of_set)
        print(json.dumps(told) if asked.json else tables.shown(name, of_set))


if __name__ == "__main__":
    main()
