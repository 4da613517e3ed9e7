"""`wrp demo` as a command; what it shows is tested in tests/demo."""

from __future__ import annotations

import io
import os
import signal
from contextlib import redirect_stderr, redirect_stdout

from tests.cli.conftest import Wrp
from wrp_router.cli import main
from wrp_router.demo.prompts import PROMPTS
from wrp_router.demo.run import config_text


def test_print_config(wrp: Wrp):
    """The file as shipped, comments and all."""
    assert wrp("demo", "--print-config") == (0, config_text(), "")


class Ending(io.StringIO):
    """Ends the program as soon as it says where it stays."""

    def write(self, text: str) -> int:
        if text.startswith("router at "):
            os.kill(os.getpid(), signal.SIGTERM)
        return super().write(text)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_table_and_then_it_stays():
    """`--keep`: a table, an address, and status 0 at SIGTERM. A terminal sees how far it is."""
    out, err = Ending(), Terminal()
    with redirect_stdout(out), redirect_stderr(err):
        assert main(["demo", "--keep"]) == 0
    table, _, address = out.getvalue().partition("router at ")
    assert f"{len(PROMPTS)} requests; cache: " in table
    assert address.startswith("http://127.0.0.1:")
    assert address.endswith("/v1, model auto; Ctrl-C ends it\n")
    assert err.getvalue().startswith("\r1/")
    assert err.getvalue().endswith(f"\r{len(PROMPTS)}/{len(PROMPTS)} requests\n")
