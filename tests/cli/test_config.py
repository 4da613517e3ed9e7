"""`wrp config`"""

from __future__ import annotations

import json

from tests.cli.conftest import Wrp
from wrp_router.config.reference import reference
from wrp_router.config.schema import json_schema

KEY, DIGESTS, OTEL, ENGINE = (f"{name}-secret-0123456789abcdef" for name in ("key", "cache", "otel", "engine"))


def test_schema(wrp: Wrp):
    """The JSON Schema, indented."""
    code, out, _ = wrp("config", "schema")
    assert code == 0
    assert json.loads(out) == json_schema()
    assert out.startswith('{\n  "$schema"')


def test_reference(wrp: Wrp):
    """Every key, in Markdown."""
    assert wrp("config", "reference") == (0, reference(), "")


def test_show(wrp: Wrp, config):
    """Everything resolved, defaults included."""
    code, out, _ = wrp("config", "show", config())
    told = json.loads(out)
    assert code == 0
    assert told["pools"][0]["balance"] == {"kind": "adaptive", "slo_ttft": 5.0, "price": 3.0, "window": 1000}
    assert told["drain"] == {"notice": 0.01, "grace": 1.0}
    assert told["routing_budget"] == 0.005


def test_show_prints_no_secret(wrp: Wrp, config):
    """Keys of callers, servers and digests, and of the collector are stars."""
    path = config(
        f"keys: [{{tenant: a, key: {KEY}}}]\n"
        f"secret: {DIGESTS}\n"
        f"telemetry: {{otel: {{endpoint: http://127.0.0.1:4318, headers: {{authorization: {OTEL}}}}}}}\n"
    )
    with open(path) as file:
        text = file.read().replace("model: qwen3-8b", f"model: qwen3-8b\n    api_key: {ENGINE}")
    with open(path, "w") as file:
        file.write(text)
    code, out, err = wrp("config", "show", path)
    assert code == 0
    assert out.count('"***"') == 4
    assert not [secret for secret in (KEY, DIGESTS, OTEL, ENGINE) if secret in out + err]


def test_show_of_a_broken_file(wrp: Wrp, config):
    """Its problems instead, on standard error."""
    code, out, err = wrp("config", "show", config("routs: []\n"))
    assert (code, out) == (1, "")
    assert "E010" in err
