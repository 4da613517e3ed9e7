"""The command line as a whole."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stdout

import pytest

from tests.cli.conftest import Wrp
from wrp_router import __version__
from wrp_router.cli import main, parser
from wrp_router.cli.options import OPTIONS

HEAVY = ("aiohttp", "numpy", "msgspec", "asyncio", "yaml", "onnxruntime", "wrp_policies", "wrp_signals", "wrp_cache")
LIGHT = """
import sys
import wrp_router.cli
wrp_router.cli.parser().format_help()
print(*sys.modules)
"""


def ran(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=50, check=False, **options
    )


def test_help_imports_next_to_nothing():
    """Building the parser loads none of what makes a start slow."""
    loaded = ran("-c", LIGHT).stdout.split()
    assert "wrp_router.cli.options" in loaded
    assert not {*loaded} & {*HEAVY}


def test_the_module_is_the_command():
    """`python -m wrp_router` does what `wrp` does."""
    done = ran("-m", "wrp_router", "--version")
    assert (done.returncode, done.stdout) == (0, f"wrp {__version__}\n")


def test_help_names_every_command(wrp: Wrp):
    """With a word on each."""
    code, out, _ = wrp("--help")
    assert code == 0
    for name, (summary, _) in OPTIONS.items():
        assert f"    {name} " in out
        assert summary.split(",")[0] in out


@pytest.mark.parametrize("command", OPTIONS)
def test_every_command_has_its_help(wrp: Wrp, command: str):
    """And says there what each option is for."""
    code, out, _ = wrp(command, "--help")
    assert code == 0
    assert OPTIONS[command][0] in " ".join(out.split())
    assert parser().prog == "wrp"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("serve",), "one of the arguments FILE -c/--config --backend is required"),
        (("serve", "-c", "a", "--backend", "http://b"), "not allowed with argument"),
        (("check",), "one of the arguments FILE -c/--config is required"),
        (("explain", "prompt"), "required: -c/--config"),
        (("config",), "required: PART"),
    ],
)
def test_wrong_use_is_told(wrp: Wrp, arguments: tuple[str, ...], said: str):
    """Exit status 2, and what is missing."""
    code, out, err = wrp(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_reader_that_has_seen_enough_is_no_error():
    """`wrp config reference | head -1` ends quietly."""
    command = f"{sys.executable} -m wrp_router config reference | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=50, check=False)
    assert (done.stdout, done.stderr) == ("## The file\n0\n", "")


def test_nobody_reads_at_all():
    """A closed pipe is no error either."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as closed, redirect_stdout(closed):
        assert main(["config", "reference"]) == 0


class Interrupting(io.StringIO):
    def write(self, text: str) -> int:
        raise KeyboardInterrupt


def test_interrupted_is_130():
    """Ctrl-C gives the shell's own status, and no traceback."""
    with redirect_stdout(Interrupting()):
        assert main(["config", "reference"]) == 130
