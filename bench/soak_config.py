"""How the router of the soak is configured: everything that keeps something is on, with bounds so low that some ten
thousand requests reach them, for what fills up looks like what grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.soak_mix import LIMITED, TENANTS, key_of

CONFIG = """\
version: 1
listen: 127.0.0.1:{port}
admin: 127.0.0.1:{admin}
secret: of-the-soak-and-of-nobody-else
auto: [auto]
headers: [user-agent]
embedder: {{tier: {tier}, threads: 1}}
pools:
  - name: first
    model: mock-model
    engine: vllm
    servers: [{first}]
    price: {{input: 0.05, output: 0.20}}
    health: {{every: 2s}}
    balance: {{kind: dualmap}}
    kv_isolation: tenant
  - name: second
    model: mock-model-2
    servers: [{second}]
    price: {{input: 0.10, output: 0.40}}
    balance: {{kind: p2c}}
    queue: {{order: {{kind: fair}}, prefills: 32}}
    limit: {{kind: adaptive, min: 32}}
  - name: shaky
    model: shaky
    abilities: [chat, completion, embedding, messages, responses]
    servers: [{shaky}]
    health: {{every: 1s}}
    outliers: {{factor: 4}}
signals:
  length: {{kind: tokens}}
  incident: {{kind: keyword, words: [outage, data loss], regex: ['\\bSEV-[0-9]\\b'], where: user}}
  private: {{kind: pii}}
  category: {{kind: domain, tier: static}}
  hard: {{kind: complexity, tier: static}}
  tongue: {{kind: language}}
  warm: {{kind: warmth, blocks: 16384}}
  expected: {{kind: output}}
  known: {{kind: session}}
  opinion: {{kind: feedback}}
routes:
  - {{name: incidents, when: incident || private, use: {{kind: static, pools: [first, second]}}}}
  - name: foreign
    when: tongue != "en" && expected > 100000 && known == "none" && warm.score > 0.5
    use: {{kind: weighted, pools: {{first: 1, second: 1}}}}
  - {{name: long, when: length > 20000 || hard > 0.99, use: {{kind: static, pools: [second]}}}}
  - {{name: learned, use: {{kind: epsilon_greedy, pools: [first, second], switch: {{}}}}}}
cache:
  max_bytes: 1MiB
  semantic: {semantic}
  embedding_budget: 100ms
  adapt: {{kind: budget}}
  categories:
    default: {{threshold: 0.9, ttl: 10m}}
    law: {{threshold: 0.95, quota: 10%}}
feedback: {{signal: opinion, form: true, most: 2000}}
sessions: {{most: 5000}}
learned: {{file: {folder}/learned.bin, every: 10s}}
limits: {{queue: 256}}
timeouts: {{queue: 1s, ttft: 5s, idle: 5s}}
log: {{level: warning, decisions: {folder}/decisions.jsonl, rotate: 16MiB, keep: 2, audit: {folder}/audit.jsonl}}
"""
LIMITS = (
    "{requests: 6000/min}",
    "{tokens: 400000/min}",
    "{budget: $5/day, concurrent: 4}",
    "{requests: 100/s, tokens: 1000000/min, budget: $50/day}",
)


def write(
    folder: Path,
    port: int,
    admin: int,
    engines: Sequence[str],
    shaky: Sequence[str],
    *,
    semantic: bool,
) -> Path:
    """The file. `engines` are four; `semantic` wants the extra `model`."""
    keys = [f"  - {{tenant: tenant-{at}, key: {key_of(at)}}}\n" for at in range(TENANTS)]
    limited = [
        f"  - {{name: tenant-{at}, limits: {LIMITS[at % len(LIMITS)]}}}\n" if at < LIMITED else ""
        for at in range(LIMITED)
    ]
    text = CONFIG.format(
        port=port,
        admin=admin,
        folder=folder,
        tier="auto" if semantic else "static",
        semantic=str(semantic).lower(),
        first=", ".join(engines[:2]),
        second=", ".join(engines[2:]),
        shaky=", ".join(shaky),
    )
    path = folder / "soak.yaml"
    desk = "keys:\n  - {tenant: desk, key: sk-bench, admin: true}\n"
    path.write_text(text + desk + "".join(keys) + "tenants:\n" + "".join(limited))
    return path
