"""One engine by hand."""

import argparse
import asyncio
import os
import signal
import socket
import sys
import threading
import time

import pytest

from wrp_router.fakes.__main__ import _parser, engine_of, main, run
from wrp_router.fakes.engine import FakeEngine


def options(*arguments: str) -> argparse.Namespace:
    return _parser().parse_args(arguments)


def test_options_make_the_engine():
    """Times with units, models, knobs."""
    engine = engine_of(options("--ttft", "200ms", "--tpot", "20ms", "--model", "a", "--model", "b", "--fault", "gzip"))
    profile = engine.model.profile
    assert (profile.base_ttft, profile.decode_tokens_per_s, engine.fault) == (0.2, 50.0, "gzip")
    assert engine_of(options()).model.profile.decode_tokens_per_s == 1e9


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ttft", "soon"], "not a duration"),
        (["--fault", "teapot"], "unknown knob"),
        (["--rule", "teapot"], "not TEXT=ANSWER"),
        (["--rule", "=tea"], "not TEXT=ANSWER"),
    ],
)
def test_mistakes_are_told(arguments, said, capsys):
    """With the value that does not fit, and the exit status of a usage error."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_an_address_that_is_taken(capsys):
    """One line, and the exit status of a failure."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    assert capsys.readouterr() == ("", f"cannot listen on 127.0.0.1:{port}: Address already in use\n")


async def test_it_says_what_it_is_told_to_say():
    """A rule for each text; of several for one text the request's seed chooses."""
    engine = engine_of(options("--rule", 'begins={"grade": 4}', "--rule", "six=6", "--rule", "six=7"))
    assert engine.rules == {"begins": ('{"grade": 4}',), "six": ("6", "7")}


async def test_it_runs_until_it_is_told_to_end(capsys):
    """The address is the first line."""
    engine, ended = FakeEngine(), asyncio.Event()
    running = asyncio.ensure_future(run(engine, ended))
    await engine.until(lambda e: e.port)
    ended.set()
    await asyncio.wait_for(running, 5)
    assert capsys.readouterr().out == f"http://127.0.0.1:{engine.port}\n"


async def test_as_a_program_it_ends_well_on_sigterm(ask):
    """Status 0, and nothing on standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wrp_router.fakes", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    assert b" 200 OK" in await ask(int(line.rsplit(b":", 1)[1]))
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, errors) == (0, b"")


def test_main_returns_0_when_a_signal_ends_it(capsys):
    """SIGTERM, as soon as it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ending = threading.Thread(target=end_when_it_listens, args=(port,))
    ending.start()
    assert main(["--port", str(port)]) == 0
    ending.join()
    assert capsys.readouterr().out == f"http://127.0.0.1:{port}\n"


def end_when_it_listens(port: int) -> None:
    for _ in range(10_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.001)
    return None
