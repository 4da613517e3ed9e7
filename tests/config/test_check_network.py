"""Addresses and keys."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config
from wrp_router.config import loads

KEY = "0123456789abcdef"


def pool(more: str) -> list[str]:
    return codes(loads("version: 1\npools: [{name: a, servers: [" + more + "]}]\n"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("listen: 127.0.0.1:0\nadmin: '[::1]:0'\n", []),
        ("listen: 0.0.0.0:80\n", ["E040"]),
        ("admin: 0.0.0.0:0\n", ["E040"]),
        (f"listen: 0.0.0.0:80\nkeys: [{{tenant: a, key: {KEY}}}]\n", []),
        (f"listen: 0.0.0.0:80\nkeys_file: {{path: k.json, pepper: {KEY}}}\n", []),
        ("keys_file: {path: k.json, pepper: short}\n", ["W006"]),
        ("keys_file: {path: k.json}\n", ["E011"]),
        (f"listen: 0.0.0.0:80\nkeys_redis: {{url: 'redis://127.0.0.1', pepper: {KEY}}}\n", []),
        ("keys_redis: {url: 'redis://127.0.0.1', pepper: short}\n", ["W006"]),
        (f"keys_redis: {{url: 'http://127.0.0.1', pepper: {KEY}}}\n", ["E042"]),
        (f"keys_redis: {{url: 'redis://u:p@127.0.0.1', pepper: {KEY}}}\n", ["E043"]),
        (
            f"keys_file: {{path: k.json, pepper: {KEY}}}\nkeys_redis: {{url: 'redis://[::1]', pepper: {KEY}}}\n",
            ["E046"],
        ),
        ("listen: ':8080'\n", ["E041"]),
        ("listen: 127.0.0.1:80\nadmin: 127.0.0.1:80\n", ["E046"]),
        (f"keys: [{{tenant: a, key: {KEY}, sha256: {'a' * 64}}}]\n", ["E044"]),
        ("keys: [{tenant: a}]\n", ["E044"]),
        (f"keys: [{{tenant: a, key: {KEY}}}, {{tenant: b, key: {KEY}}}]\n", ["E044"]),
        (f"keys: [{{tenant: a, key: {KEY}, max_priority: sheddable}}]\n", ["E046"]),
        (f"keys: [{{tenant: a, key: {KEY}, priority: critical, max_priority: default}}]\n", ["E046"]),
        (f"keys: [{{tenant: a, key: {KEY}, priority: sheddable, max_priority: critical}}]\n", []),
        (f"keys: [{{tenant: a, key: {KEY}, priority: sheddable, max_priority: sheddable}}]\n", []),
        ("keys: [{tenant: a, key: short}]\n", ["W006"]),
        ("telemetry: {otel: {endpoint: 'collector:4318'}}\n", ["E042"]),
        ("telemetry: {otel: {endpoint: 'http://u:p@collector:4318'}}\n", ["E043"]),
    ],
)
def test_listeners_keys_and_collector(text: str, found: list[str]):
    """Open to others only with keys; each key one tenant's; no credentials in URLs."""
    assert codes(config(text)) == found


@pytest.mark.parametrize(
    ("servers", "found"),
    [
        ("'http://a:8000', 'https://b/base'", []),
        ("'ftp://a'", ["E042"]),
        ("'http://a?x=1'", ["E042"]),
        ("'http://a/v1'", ["E042"]),
        ("'http://user:pass@a'", ["E043"]),
        ("'http://a', 'http://a:80'", ["E022"]),
        ("&a 'http://a', *a", ["E022"]),
        ("&a {url: 'http://a', name: x}, *a", ["E022", "E022"]),
        ("{url: 'http://a', name: x}, {url: 'http://b', name: x}", ["E022"]),
    ],
)
def test_servers(servers: str, found: list[str]):
    """Usable, and each there once."""
    assert pool(servers) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("engine: vllm, metrics: {every: 2s}", []),
        ("engine: vllm, metrics: off", []),
        ("engine: openai, metrics: off", []),
        ("engine: openai, metrics: auto", []),
        ("engine: openai, metrics: {every: 2s}", ["E046"]),
        ("metrics: {}", ["E046"]),
        ("engine: vllm, metrics: {every: 3s}", ["E013"]),
        ("engine: vllm, metrics: {every: 3s, stale: 6s}", []),
        ("engine: vllm, metrics: false", ["E012"]),
        ("engine: vllm, metrics: on", ["E012"]),
    ],
)
def test_metrics(more: str, found: list[str]):
    """Of engines that show some; one look that fails must not be enough to forget."""
    assert codes(loads(f"version: 1\npools: [{{name: a, servers: ['http://a'], {more}}}]\n")) == found


def test_keys_for_servers():
    """`own` needs one; the caller's own key goes nowhere unnoticed."""
    own = "version: 1\npools: [{name: a, servers: ['http://a'], send_key: own}]\n"
    assert codes(loads(own)) == ["E046"]
    client = own.replace("own", "client") + f"keys: [{{tenant: a, key: {KEY}}}]\n"
    assert codes(loads(client)) == ["W008"]
