"""The gateways that are compared: how each is installed, and how it is started before the engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import overhead_configs as configs
from bench.pinned import GATEWAY_CORE, HERE, Engine, free_port

PEERS = HERE / ".peers"
RUST = ("sglang-router", "vllm-router")
REQUIREMENTS: Mapping[str, Sequence[str]] = {
    "sglang-router": ["sglang-router", "setproctitle", "aiohttp", "orjson", "uvicorn", "fastapi"],
    "vllm-router": ["vllm-router", "setproctitle", "aiohttp", "orjson", "uvicorn", "fastapi"],
    "litellm": ["litellm[proxy]>=1.95,<1.109"],
}


@dataclass(frozen=True)
class Contender:
    """`command` starts it, pinned to `cores`; without one it is the engine itself, at `port`."""

    name: str
    command: tuple[str, ...]
    port: int
    cores: tuple[int, ...] = (GATEWAY_CORE,)
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """Where contenders find the engine, and may leave files."""

    folder: Path
    engine: Engine

    @property
    def servers(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.engine.ports]


Casting = Callable[[Stage], "Contender | None"]
"""None, and a line on standard error, where it cannot be had."""


def direct(stage: Stage) -> Contender:
    return Contender("direct", (), stage.engine.ports[0])


def wrp(rest: str, balance: str = "p2c", name: str = "wrp", workers: int = 0) -> Casting:
    """Ours; `workers` on as many cores."""

    def cast(stage: Stage) -> Contender:
        port = free_port()
        path = configs.ours(name, rest, balance, port, stage.servers, stage.folder)
        command = (sys.executable, "-m", "wrp_router", "serve", "-c", str(path))
        if not workers:
            return Contender(name, command, port)
        cores = tuple(range(GATEWAY_CORE, GATEWAY_CORE + workers))
        return Contender(name, (*command, "--workers", str(workers)), port, cores)

    return cast


def rust(peer: str, policy: str = "round_robin") -> Casting:
    """sglang-router or vllm-router."""

    def cast(stage: Stage) -> Contender:
        installed(peer)
        port = free_port()
        binaries = PEERS / peer / "bin"
        start = [str(binaries / "vllm-router")]
        if peer == "sglang-router":
            start = [str(binaries / "python"), "-m", "sglang_router.launch_router"]
        words = ["--host", "127.0.0.1", "--log-level", "error", "--policy", policy]
        ports = ["--port", str(port), "--prometheus-port", str(free_port())]
        return Contender(peer, (*start, "--worker-urls", *stage.servers, *words, *ports), port)

    return cast


def nginx(stage: Stage) -> Contender | None:
    """No router; the least that a proxy in between can cost."""
    binary = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if binary is None:
        return left_out("nginx", "it is not installed: apt-get install nginx-light")
    port = free_port()
    return Contender("nginx", (binary, "-c", str(configs.nginx(port, stage.servers, stage.folder))), port)


def litellm(stage: Stage) -> Contender:
    installed("litellm")
    port = free_port()
    words = ["--config", str(configs.litellm(stage.servers, stage.folder)), "--num_workers", "1"]
    command = (str(PEERS / "litellm" / "bin" / "litellm"), *words, "--host", "127.0.0.1", "--port", str(port))
    env = {"LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return Contender("litellm", command, port, env=env)


def production_stack(source: Path | None) -> Casting:
    """vLLM's Python router, from a clone of github.com/vllm-project/production-stack."""

    def cast(stage: Stage) -> Contender | None:
        if source is None:
            return left_out("production-stack", "it is not on PyPI: clone it and say --production-stack DIR")
        needs = tomllib.loads((source / "pyproject.toml").read_text())["project"]["dependencies"]
        installed("production-stack", needs)
        port = free_port()
        words = ["--service-discovery", "static", "--static-backends", ",".join(stage.servers), "--static-models"]
        words += [",".join(["mock-model"] * len(stage.servers)), "--routing-logic", "roundrobin"]
        words += ["--log-level", "error", "--host", "127.0.0.1", "--port", str(port)]
        command = (str(PEERS / "production-stack" / "bin" / "python"), "-m", "vllm_router.app", *words)
        return Contender("production-stack", command, port, env={"PYTHONPATH": str(source.resolve() / "src")})

    return cast


def left_out(name: str, why: str) -> None:
    print(f"ATTENTION: {name} is left out: {why}", file=sys.stderr)


def installed(name: str, needs: Sequence[str] | None = None) -> None:
    """A peer into a venv of its own, unless it is there as required."""
    wanted = list(needs or REQUIREMENTS[name])
    home = PEERS / name
    told = home / "installed"
    if told.exists() and told.read_text() == "\n".join(wanted):
        return
    print(f"installing {name} ...", file=sys.stderr)
    venv.create(home, with_pip=True, clear=True)
    subprocess.run([str(home / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", *wanted], check=True)
    told.write_text("\n".join(wanted))


def version(name: str) -> str:
    """As installed; of what is no package, nothing."""
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    python = PEERS / name / "bin" / "python"
    if not python.exists():
        return ""
    found = subprocess.run([str(python), "-c", ask], capture_output=True, text=True)
    return found.stdout.strip()
