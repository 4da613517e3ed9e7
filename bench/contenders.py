"""The gateways that are compared: how each is installed, and how it is started before the engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import overhead_configs as configs
from bench.pinned import GATEWAY_CORE, HERE, Engine, free_port

ROOT, PEERS = HERE.parent, HERE / ".peers"
TREE = (".", "policies", "signals", "cache")
PACKAGES = ("wrp_router", "policies", "signals", "cache")
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
    python: Path = Path(sys.executable)
    """Which runs ours and the others that are written in Python."""

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
        # -P: or it would be imported from the folder in which this runs
        command = (str(own_python(stage)), "-P", "-m", "wrp_router", "serve", "-c", str(path))
        env = environment(own_python(stage))
        if not workers:
            return Contender(name, command, port, env=env)
        cores = tuple(range(GATEWAY_CORE, GATEWAY_CORE + workers))
        return Contender(name, (*command, "--workers", str(workers)), port, cores, env)

    return cast


def own_python(stage: Stage) -> Path:
    """That of this process, or one with all that this tree needs; the tree itself is run where it is."""
    if stage.python == Path(sys.executable):
        return stage.python
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return installed("wrp", stage.python, [*project["dependencies"], *extras["model"], *extras["hnsw"]])


def environment(python: Path, tree: Path = ROOT) -> Mapping[str, str]:
    """That in which `python` runs a checkout. Its bytecode is written before: pip does that, and who compiles at each
    start takes longer and keeps some of the memory that this needs."""
    subprocess.run([str(python), "-m", "compileall", "-q", *(str(tree / folder) for folder in PACKAGES)], check=True)
    return {"PYTHONPATH": os.pathsep.join(str(tree / folder) for folder in TREE)}


def rust(peer: str, policy: str = "round_robin") -> Casting:
    """sglang-router or vllm-router."""

    def cast(stage: Stage) -> Contender:
        binaries = installed(peer, stage.python).parent
        port = free_port()
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
    binaries = installed("litellm", stage.python).parent
    port = free_port()
    words = ["--config", str(configs.litellm(stage.servers, stage.folder)), "--num_workers", "1"]
    command = (str(binaries / "litellm"), *words, "--host", "127.0.0.1", "--port", str(port))
    env = {"LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return Contender("litellm", command, port, env=env)


def production_stack(source: Path | None) -> Casting:
    """vLLM's Python router, from a clone of github.com/vllm-project/production-stack."""

    def cast(stage: Stage) -> Contender | None:
        if source is None:
            return left_out("production-stack", "it is not on PyPI: clone it and say --production-stack DIR")
        needs = tomllib.loads((source / "pyproject.toml").read_text())["project"]["dependencies"]
        python = installed("production-stack", stage.python, needs)
        port = free_port()
        words = ["--service-discovery", "static", "--static-backends", ",".join(stage.servers), "--static-models"]
        words += [",".join(["mock-model"] * len(stage.servers)), "--routing-logic", "roundrobin"]
        words += ["--log-level", "error", "--host", "127.0.0.1", "--port", str(port)]
        command = (str(python), "-m", "vllm_router.app", *words)
        return Contender("production-stack", command, port, env={"PYTHONPATH": str(source.resolve() / "src")})

    return cast


def left_out(name: str, why: str) -> None:
    print(f"ATTENTION: {name} is left out: {why}", file=sys.stderr)


def installed(name: str, python: Path, needs: Sequence[str] | None = None) -> Path:
    """The Python of a venv of `python` with a peer in it, made unless it is there as required."""
    wanted = [str(python), *(needs or REQUIREMENTS[name])]
    home = PEERS / name
    told, inside = home / "installed", home / "bin" / "python"
    if not told.exists() or told.read_text() != "\n".join(wanted):
        print(f"installing {name} ...", file=sys.stderr)
        subprocess.run([str(python), "-m", "venv", "--clear", "--without-pip", str(home)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(inside), "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted[1:]], check=True)
        told.write_text("\n".join(wanted))
    return inside


def version(name: str) -> str:
    """As installed; of what is no package, nothing."""
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    python = PEERS / name / "bin" / "python"
    if not python.exists():
        return ""
    found = subprocess.run([str(python), "-c", ask], capture_output=True, text=True)
    return found.stdout.strip()
