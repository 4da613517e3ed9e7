"""What each command may be told. Light on purpose: parsing imports nothing else of the house."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from urllib.parse import urlsplit

Add = Callable[[argparse.ArgumentParser], None]


def _config(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    command.add_argument("-c", "--config", metavar="FILE", required=required, help="the configuration (YAML)")


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON instead of text")


def backend(text: str) -> str:
    """An engine's URL without the `/v1` that clients put there. Raises ArgumentTypeError that says what is wrong."""
    url = text.rstrip("/").removesuffix("/v1").rstrip("/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not like http://localhost:8000")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError("a backend's URL has no credentials, query or fragment")
    return url


def serve(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("-c", "--config", metavar="FILE", help="the configuration (YAML)")
    source.add_argument(
        "--backend",
        metavar="URL",
        action="append",
        type=backend,
        help="an engine to stand before, without any file; may be given several times",
    )
    command.add_argument("--listen", metavar="HOST:PORT", help="where to listen (default: as configured)")
    command.add_argument("--log-level", choices=["debug", "info", "warning", "error"], help="default: as configured")


def demo(command: argparse.ArgumentParser) -> None:
    _json(command)
    command.add_argument("--print-config", action="store_true", help="print the demo's configuration and stop")
    command.add_argument("--keep", action="store_true", help="keep engines and router running after the table")


def check(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="the configuration (YAML)")
    command.add_argument("--strict", action="store_true", help="warnings count as errors")
    _json(command)


def test(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="the configuration (YAML)")
    _json(command)


def explain(command: argparse.ArgumentParser) -> None:
    _config(command)
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("prompt", nargs="?", help="the text of the user's message")
    what.add_argument("-f", "--request", metavar="FILE", help="a chat completion request (JSON)")
    what.add_argument("--decision", metavar="ID", help="a decision of the log, by the id of x-wrp-decision")
    command.add_argument("--model", default="auto", help="the model asked for (default: auto)")
    command.add_argument("--system", default="", help="a system message before the prompt")
    command.add_argument("-v", "--verbose", action="store_true", help="every piece of every condition")
    _json(command)


def config(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(dest="part", metavar="PART", required=True)
    for name, summary in CONFIG_PARTS.items():
        part = parts.add_parser(name, help=summary, description=summary)
        if name == "show":
            part.add_argument("file", metavar="FILE", help="the configuration (YAML)")


CONFIG_PARTS = {
    "schema": "print the JSON Schema of the configuration",
    "reference": "print every key with its type, default and meaning (Markdown)",
    "show": "print the configuration as resolved: includes, variables, defaults; no secrets",
}

OPTIONS: dict[str, tuple[str, Add]] = {
    "serve": ("run the router", serve),
    "demo": ("fake engines, the router, a few dozen requests, and what became of them", demo),
    "check": ("check a configuration: all errors at once", check),
    "test": ("run a configuration's own tests", test),
    "explain": ("say why a request goes where it goes", explain),
    "config": ("print the schema, the reference, or a resolved configuration", config),
}
