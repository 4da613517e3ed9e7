"""The YAML file: strict, typed, all errors at once."""

from __future__ import annotations

from .load import Loaded, load, loads
from .problems import CODES, Problem
from .reference import reference
from .render import render, render_json
from .schema import json_schema
from .secret import Secret
from .structs import (
    CacheConfig,
    CategoryConfig,
    Config,
    Drain,
    EmbedderConfig,
    Expect,
    Hardware,
    Health,
    KeyConfig,
    Limits,
    Log,
    Otel,
    PoolConfig,
    PoolTimeouts,
    Price,
    Retries,
    RouteConfig,
    ServerConfig,
    Telemetry,
    TestConfig,
    Timeouts,
)

__all__ = [
    "CODES",
    "CacheConfig",
    "CategoryConfig",
    "Config",
    "Drain",
    "EmbedderConfig",
    "Expect",
    "Hardware",
    "Health",
    "KeyConfig",
    "Limits",
    "Loaded",
    "Log",
    "Otel",
    "PoolConfig",
    "PoolTimeouts",
    "Price",
    "Problem",
    "Retries",
    "RouteConfig",
    "Secret",
    "ServerConfig",
    "Telemetry",
    "TestConfig",
    "Timeouts",
    "json_schema",
    "load",
    "loads",
    "reference",
    "render",
    "render_json",
]
