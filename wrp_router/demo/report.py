"""The demo's results as a table for people, or as JSON."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from wrp_policies.types import Outcome
from wrp_router.config.pools import Price

from .run import Asked

HEAD = ("   prompt", "route", "server", "cache", "ttft ms", "$ x 1e-6", "why")


def summary(asked: Sequence[Asked], large: Price) -> dict[str, Any]:
    """Counts, costs and times over all requests. `large` is what the same tokens would have cost on the large model."""
    rows = [one.row for one in asked]
    cost = sum(row.cost for row in rows)
    everything_large = sum(_cost_at(large, *tokens) for tokens in _tokens(asked))
    overhead = sorted(1e3 * row.overhead for row in rows)
    exact = [1e3 * row.duration for row in rows if row.cache == "hit-exact"]
    return {
        "requests": len(rows),
        "routes": dict(Counter(row.route or "(exact hit)" for row in rows)),
        "servers": dict(Counter(f"{o.pool}/{o.server}" for row in rows for o in row.outcomes)),
        "exact_hits": sum(row.cache == "hit-exact" for row in rows),
        "semantic_hits": sum(row.cache == "hit-semantic" for row in rows),
        "vetoed": sum(bool(row.vetoes) and not row.cache.startswith("hit") for row in rows),
        "failed_over": sum(len(row.outcomes) > 1 and row.outcomes[-1].ok for row in rows),
        "cut": sum(row.midstream for row in rows),
        "cost_usd": cost,
        "cost_all_large_usd": everything_large,
        "saved": 1 - cost / everything_large if everything_large else 0.0,
        "overhead_ms": {"p50": statistics.median(overhead), "max": overhead[-1]},
        "exact_hit_ms": statistics.median(exact) if exact else None,
    }


def as_json(asked: Sequence[Asked], large: Price) -> dict[str, Any]:
    """Everything, for programs."""
    return {"summary": summary(asked, large), "requests": [_line(one) for one in asked]}


def as_text(asked: Sequence[Asked], large: Price) -> str:
    """The table and what it comes to."""
    lines = [_cells(number, one) for number, one in enumerate(asked, 1)]
    widths = [max(len(line[at]) for line in [HEAD, *lines]) for at in range(len(HEAD))]
    table = [_aligned(line, widths) for line in [HEAD, *lines]]
    return "\n".join([table[0], "-" * max(map(len, table)), *table[1:], "", *_told(summary(asked, large))])


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _told(figures: dict[str, Any]) -> list[str]:
    overhead = figures["overhead_ms"]
    lines = [
        f"{figures['requests']} requests; cache: {figures['exact_hits']} exact and {figures['semantic_hits']} semantic "
        f"hits, {figures['vetoed']} look-alikes refused",
        f"{figures['failed_over']} failed over to another server; {figures['cut']} cut off upstream, and said so",
        f"cost ${figures['cost_usd']:.6f}; the same tokens on the large model alone: "
        f"${figures['cost_all_large_usd']:.6f}; {figures['saved']:.0%} saved",
        f"the router's own time: {overhead['p50']:.2f} ms median, {overhead['max']:.2f} ms at most, embedding included",
    ]
    if not figures["semantic_hits"]:
        lines.append("no semantic hits: pip install 'wrp-router[model]' brings the embedding model")
    return lines


def _cells(number: int, one: Asked) -> tuple[str, ...]:
    row = one.row
    outcome = row.outcomes[-1] if row.outcomes else None
    ask = one.prompt.ask + (" [stream]" if one.prompt.stream else "")
    return (
        f"{number:2} {ask if len(ask) <= 58 else ask[:57] + '…'}",
        row.route or "-",
        f"{outcome.pool}/{outcome.server}" if outcome is not None else "cache",
        row.cache.replace("hit-", ""),
        f"{1e3 * row.ttft:7.1f}",
        f"{1e6 * row.cost:8.1f}",
        _why(one, outcome),
    )


def _why(one: Asked, outcome: Outcome | None) -> str:
    row = one.row
    if row.cache == "hit-semantic":
        return f"similarity {row.similarity:.3f}"
    if row.cache == "hit-exact":
        return "the same request was answered before"
    planned = row.plan.why if row.plan is not None else ""
    parts = [planned if not row.why or row.why.endswith(" always matches") else row.why]
    if row.vetoes:
        parts.append(f"not from the cache: {row.vetoes[0]}")
    elif one.prompt.key:
        parts.append(one.prompt.note)
    parts += [f"{one.pool}/{one.server} failed ({one.reason})" for one in row.outcomes[:-1]]
    if outcome is not None and outcome.tokens_cached:
        parts.append(f"{outcome.tokens_cached} tokens warm")
    if row.midstream:
        parts.append(f"cut off ({row.error}): the client got an error event")
    return "; ".join(part for part in parts if part)


def _tokens(asked: Sequence[Asked]) -> list[tuple[int, int]]:
    """Prompt and answer tokens of every request; a cache hit counts what its answer took when it was made."""
    made: dict[str, tuple[int, int]] = {}
    tokens = []
    for one in asked:
        if one.row.outcomes:
            last = one.row.outcomes[-1]
            made[one.text] = (last.tokens_in, last.tokens_out)
        tokens.append(made.get(one.text, (0, 0)))
    return tokens


def _cost_at(price: Price, tokens_in: int, tokens_out: int) -> float:
    return (tokens_in * price.input + tokens_out * price.output) / 1e6


def _line(one: Asked) -> dict[str, Any]:
    row = one.row
    return {
        "ask": one.prompt.ask,
        "note": one.prompt.note,
        "stream": one.prompt.stream,
        "route": row.route,
        "why": row.why,
        "attempts": [f"{o.pool}/{o.server}" for o in row.outcomes],
        "cache": row.cache,
        "similarity": row.similarity,
        "vetoes": list(row.vetoes),
        "ttft_s": row.ttft,
        "overhead_s": row.overhead,
        "cost_usd": row.cost,
        "took_s": one.took,
        "text": one.text,
    }
