"""Configurations from what is written."""

from __future__ import annotations

from wrp_router.config import Config, loads

POOLS = """\
version: 1
pools:
  - {name: small, model: m, servers: [http://a, {url: 'http://b', limit: 0, weight: 0.5}], limit: 4, context: 9}
  - {name: large, model: m, servers: [http://c], price: {input: 1, output: 2}, timeouts: {queue: 0s}}
"""


def config_of(text: str) -> Config:
    """What the text says; a test whose configuration has a problem fails with it."""
    loaded = loads(text)
    assert loaded.config is not None, loaded.problems
    return loaded.config


def config(more: str = "") -> Config:
    """Two pools of one model, and what is said more."""
    return config_of(POOLS + more)
