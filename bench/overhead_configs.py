"""How ours is configured in each row of bench/overhead.py; the others' files, where they want any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

BASE = """\
version: 1
listen: 127.0.0.1:{port}
auto: [mock-model]
pools:
  - name: mock
    model: mock-model
    servers: [{servers}]
    price: {{input: 0.05, output: 0.20}}
    health: {{every: 5s}}
    balance: {{kind: {balance}}}
log:
  level: error
  decisions: {folder}/{name}.jsonl
"""

EVERYTHING = "  - {name: everything-else, use: {kind: static, pools: [mock]}}\n"

PLAIN = "routes:\n" + EVERYTHING

EXACT = "cache: {store: memory, semantic: false, max_bytes: 32MiB}\n"
CACHED = PLAIN + EXACT
HITS = PLAIN + "cache: {store: memory, semantic: false}\n"

SIGNALS = """\
signals:
  length: {kind: tokens}
  incident: {kind: keyword, words: [outage, data loss, security incident], regex: ['\\bSEV-[0-9]\\b'], where: user}
  private: {kind: pii}
"""
CONDITIONS = """\
routes:
  - {name: private, when: private, use: {kind: static, pools: [mock]}}
  - {name: incidents, when: incident, use: {kind: static, pools: [mock]}}
  - {name: long, when: length > 20000, use: {kind: static, pools: [mock]}}
"""

BUDGET = "routing_budget: 5s\n"
"""At saturation requests wait, and that counts; with the usual 5 ms most signals would be unknown, and cost nothing."""

FULL = SIGNALS + CONDITIONS + EVERYTHING + BUDGET + EXACT

DOMAIN = "  subject: {kind: domain, tier: static}\n"
LAW = '  - {name: law, when: subject == "law" && subject.score > 0.9, use: {kind: static, pools: [mock]}}\n'
"""Not named `category`: so all entries are in one partition of the cache, which is the dearest way of all."""

MEANT = SIGNALS + DOMAIN + CONDITIONS + LAW + EVERYTHING
STATIC = MEANT + BUDGET + EXACT + "embedder: {tier: static}\n"
SEMANTIC = MEANT + BUDGET + "cache: {store: memory, semantic: true, categories: {default: {threshold: 0.97}}}\n"

MODEL = (
    """\
signals:
  refund: {kind: embedding, tier: model, examples: [I want my money back, you charged me twice], threshold: 0.9}
routes:
  - {name: money, when: refund, use: {kind: static, pools: [mock]}}
"""
    + EVERYTHING
    + BUDGET
)

NGINX = """\
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream engines {{ {servers} keepalive 512; }}
  server {{
    listen 127.0.0.1:{port}; keepalive_requests 1000000000;
    location / {{
      proxy_pass http://engines; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }}
  }}
}}
"""

LITELLM_MODEL = """\
  - model_name: mock-model
    litellm_params: {{model: openai/mock-model, api_base: "{server}/v1", api_key: none}}
"""


def ours(name: str, rest: str, balance: str, port: int, servers: Sequence[str], folder: Path) -> Path:
    """The file of a configuration."""
    path = folder / f"{name}.yaml"
    base = BASE.format(port=port, servers=", ".join(servers), balance=balance, folder=folder, name=name)
    path.write_text(base + rest)
    return path


def nginx(port: int, servers: Sequence[str], folder: Path) -> Path:
    path = folder / "nginx.conf"
    hosts = " ".join(f"server {server.removeprefix('http://')};" for server in servers)
    path.write_text(NGINX.format(port=port, servers=hosts, folder=folder))
    return path


def litellm(servers: Sequence[str], folder: Path) -> Path:
    path = folder / "litellm.yaml"
    models = "".join(LITELLM_MODEL.format(server=server) for server in servers)
    path.write_text(f"model_list:\n{models}general_settings: {{master_key: sk-bench}}\n")
    return path
