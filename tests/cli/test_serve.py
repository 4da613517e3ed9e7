"""`wrp serve`"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Wrp
from tests.cli.serving import chat, free_port, process, talked_to

OPEN = ["0.0.0.0:0", "[::]:0", "0.0.0.0:8080", "192.0.2.1:0", "router.example:8080"]


LOADS = """
import os, sys
import wrp_router.cli.serve
from wrp_router.build import assemble
from wrp_router.build.stores import store_of
from wrp_router.config.load import load
assert assemble(load(sys.argv[1], os.environ).config, store=store_of).materials.static is not None
print(*sys.modules)
"""

USUAL = """
version: 1
pools: [{name: small, model: m, servers: [http://127.0.0.1:1]}]
signals: {subject: {kind: domain, tier: static}, private: {kind: pii}, length: {kind: tokens}}
routes:
  - {name: law, when: subject == "law" && length > 10, use: {kind: static, pools: [small]}}
  - {name: everything-else, use: {kind: static, pools: [small]}}
cache: {store: memory, semantic: false}
embedder: {tier: static}
"""

UNUSED = {
    *("hiredis", "matplotlib", "numpy.random", "onnxruntime", "opentelemetry", "prometheus_client", "redis", "scipy"),
    *("sklearn", "sqlite3", "tokenizers", "torch", "usearch", "importlib.metadata", "multiprocessing", "unittest"),
    *("wrp_cache.guard", "wrp_cache.lexicon", "wrp_cache.training", "wrp_policies.offpolicy", "wrp_policies.training"),
    *("wrp_router.demo", "wrp_router.fakes", "wrp_router.replaying", "wrp_router.sim", "wrp_signals.training"),
}


def test_what_is_not_used_is_not_loaded(tmp_path: Path):
    """By a router with signals, the static tier and an exact cache, though all extras are here: megabytes and a
    start's seconds."""
    path = tmp_path / "usual.yaml"
    path.write_text(USUAL)
    run = subprocess.run([sys.executable, "-c", LOADS, str(path)], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert sorted(UNUSED & loaded) == []
    assert {"numpy", "aiohttp", "wrp_router.build.router", "wrp_signals.static"} <= loaded


def test_with_a_file(wrp: Wrp, config, engine: str):
    """It answers, says where and what it serves, and ends with status 0 after SIGTERM."""
    port = free_port()
    path = config(engine=engine, model="fake-8b")
    with talked_to(port, chat) as told:
        code, out, err = wrp("serve", "-c", path, "--listen", f"127.0.0.1:{port}", "--log-level", "error")
    status, headers, body = told[0]
    assert (code, out, status) == (0, "", 200)
    assert (headers["x-wrp-route"], headers["x-wrp-pool"], body["model"]) == ("everything-else", "small", "fake-8b")
    assert f"wrp listens at http://127.0.0.1:{port}/v1  (no keys: everybody on this host may call)\n" in err
    assert "  small: fake-8b on 1 server(s)\n" in err
    assert "costs here" in err
    assert "  proof  " in err


def test_without_any_file(wrp: Wrp, engine: str):
    """A backend is enough; the model that it lists can be asked for by name or as `auto`."""
    port = free_port()

    def both(port: int) -> list[int]:
        return [chat(port)[0], chat(port, "fake-8b")[0], chat(port, "gpt-9")[0]]

    with talked_to(port, both, hurry=True) as told:
        code, _, err = wrp("serve", "--backend", f"{engine}/v1", "--backend", engine, "--listen", f"127.0.0.1:{port}")
    assert (code, told) == (0, [[200, 200, 404]])
    assert "  fake-8b: fake-8b on 1 server(s)\n" in err


def test_a_backend_that_says_nothing(wrp: Wrp, engine: str):
    """It gets every request as it comes; here nobody answers, which is no error of the start."""
    port = free_port()
    silent = f"http://127.0.0.1:{free_port()}"
    with talked_to(port, lambda port: chat(port, "anything")[0], hurry=True) as told:
        code, _, err = wrp("serve", "--backend", silent, "--listen", f"127.0.0.1:{port}")
    assert (code, told) == (0, [502])
    assert f"{silent} did not list its models (connect: Connection refused); it gets every request" in err


def test_as_a_process_it_drains_on_sigterm(config, engine: str):
    """Exit status 0, and no traceback."""
    with process("-c", config(engine=engine, model="fake-8b")) as (running, port, _):
        assert chat(port)[0] == 200
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=20)
    assert running.returncode == 0
    assert "listener closed" in rest
    assert "Traceback" not in rest


def test_as_a_process_it_goes_on_at_sighup(config, engine: str):
    """Without a supervisor nothing is read anew; it says so, and cuts nobody off."""
    with process("-c", config(engine=engine, model="fake-8b")) as (running, port, _):
        assert chat(port)[0] == 200
        running.send_signal(signal.SIGHUP)
        assert chat(port)[0] == 200
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=20)
    assert running.returncode == 0
    assert "SIGHUP: this process goes on as it is" in rest


@pytest.mark.fault("S6")
@pytest.mark.parametrize("listen", OPEN)
def test_no_keys_no_strangers(wrp: Wrp, config, listen: str):
    """`--listen` cannot open a router without keys to other machines, be the port 0 or not."""
    code, out, err = wrp("serve", "-c", config(), "--listen", listen)
    assert (code, out) == (1, "")
    assert err == (
        f"wrp: cannot start: listen {listen} is open to other machines, and there are no keys: add keys: to a file\n"
    )


@pytest.mark.fault("S6")
@pytest.mark.parametrize("listen", OPEN)
def test_no_strangers_without_a_file_either(wrp: Wrp, engine: str, listen: str):
    """There are no keys on the command line."""
    code, _, err = wrp("serve", "--backend", engine, "--listen", listen)
    assert code == 1
    assert "is open to other machines, and there are no keys" in err


@pytest.mark.fault("S6")
@pytest.mark.parametrize("name", ["listen", "admin"])
def test_no_strangers_by_file(wrp: Wrp, config, name: str):
    """The file is refused before anything starts, the admin listener like the other."""
    path = config(listen="0.0.0.0:0") if name == "listen" else config("admin: 0.0.0.0:0\n")
    code, _, err = wrp("serve", "-c", path)
    assert code == 1
    assert f"E040 {name} is open to other machines, and there are no keys" in err


def test_with_keys_strangers_may_come(wrp: Wrp, config, engine: str):
    """And are told who they are not."""
    port = free_port()
    path = config("keys: [{tenant: a, key: 0123456789abcdef0123456789abcdef}]\n", engine=engine)
    with talked_to(port, lambda port: chat(port)[0]) as told:
        code, _, err = wrp("serve", "-c", path, "--listen", f"0.0.0.0:{port}")
    assert (code, told) == (0, [401])
    assert "(1 keys)" in err
    assert '-H "authorization: Bearer KEY" \\\n' in err


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1", "127.0.0.1:99999", ":8080", "::1:80"])
def test_addresses_that_are_none(wrp: Wrp, config, listen: str):
    """With what one looks like."""
    code, _, err = wrp("serve", "-c", config(), "--listen", listen)
    assert code == 1
    assert f"listen: {listen!r} is not like 127.0.0.1:8080 or [::1]:8080" in err


def test_a_port_in_use(wrp: Wrp, config):
    """Says which, and what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        code, _, err = wrp("serve", "-c", config(), "--listen", address)
    assert code == 1
    assert err == (
        f"wrp: cannot start: {address}: Address already in use; with --listen 127.0.0.1:0 the system picks a port\n"
    )


def test_a_port_in_use_as_a_process(config, tmp_path: Path):
    """It ends, whatever threads had been started."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        path = config(f"log: {{decisions: {tmp_path / 'log'}}}\ncache: {{categories: {{default: {{}}}}}}\n")
        address = f"127.0.0.1:{other.getsockname()[1]}"
        command = [sys.executable, "-m", "wrp_router", "serve", "-c", path, "--listen", address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 1
    assert "Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_of_another_machine(wrp: Wrp, config):
    """What the system says, with the address."""
    code, _, err = wrp(
        "serve", "-c", config("keys: [{tenant: a, key: 0123456789abcdef}]\n"), "--listen", "192.0.2.1:80"
    )
    assert code == 1
    assert "wrp: cannot start: 192.0.2.1:80: " in err


def test_a_file_that_is_not_there(wrp: Wrp, tmp_path: Path):
    """A problem like any other."""
    code, _, err = wrp("serve", "-c", str(tmp_path / "none.yaml"))
    assert code == 1
    assert "E007" in err


def test_a_broken_file(wrp: Wrp, config):
    """All its problems, and no start."""
    code, _, err = wrp("serve", "-c", config("routs: []\nadmn: x\n"))
    assert code == 1
    assert err.count("E010") == 2
