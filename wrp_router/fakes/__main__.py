"""One fake engine by hand: `python -m wrp_router.fakes --port 8000 --model qwen3-8b --ttft 200ms`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from .engine import FakeEngine
from .faults import parse, seconds
from .model import Profile
from .service import DIALECTS


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(run(engine_of(options)))
    except OSError as error:  # the address: it serves from memory
        sys.stderr.write(f"cannot listen on {options.host}:{options.port}: {os.strerror(error.errno or 0)}\n")
        return 1
    return 0


def engine_of(options: argparse.Namespace) -> FakeEngine:
    profile = Profile(
        prefill_tokens_per_s=options.prefill,
        decode_tokens_per_s=1 / options.tpot if options.tpot else 1e9,
        base_ttft=options.ttft,
        slots=options.slots,
        kv_blocks=options.kv_blocks,
    )
    return FakeEngine(
        options.model or ["fake"],
        profile=profile,
        dialect=options.dialect,
        fault=options.fault,
        keep_alive=options.keep_alive,
        api_key=options.api_key,
        context=options.context,
        host=options.host,
        port=options.port,
        keep=100,
        rules=options.rule,
    )


async def run(engine: FakeEngine, ended: asyncio.Event | None = None) -> None:
    """Serve until `ended` is set, or SIGINT or SIGTERM comes. Says its address on standard output first."""
    ended = ended or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with engine:
        sys.stdout.write(f"{engine.url}\n")
        sys.stdout.flush()
        await ended.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wrp_router.fakes", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one; the address is printed")
    parser.add_argument("--model", action="append", help="may be repeated; * for any name")
    parser.add_argument("--dialect", choices=DIALECTS, default="vllm")
    parser.add_argument("--ttft", type=_duration, default=0.0, help="time of every request to its first token")
    parser.add_argument("--tpot", type=_duration, default=0.0, help="time from one token to the next")
    parser.add_argument("--prefill", type=float, default=1e9, help="prompt tokens per second")
    parser.add_argument("--slots", type=int, default=256, help="requests that run at once")
    parser.add_argument("--kv-blocks", type=int, default=65_536)
    parser.add_argument("--context", type=int, default=0, help="tokens; 0: no limit")
    parser.add_argument("--keep-alive", type=_duration, default=5.0, help="idle time before a connection closes")
    parser.add_argument("--api-key", default="")
    rule = "what it says to prompts that hold a text; may be repeated, the first that fits counts"
    parser.add_argument("--rule", metavar="TEXT=ANSWER", action=_Rule, default={}, help=rule)
    parser.add_argument("--fault", type=_knobs, default="", help="knobs for every request, as in the header x-fake")
    return parser


class _Rule(argparse.Action):
    """Adds to the rules."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        text, equals, answer = str(values).partition("=")
        if not text or not equals:
            parser.error(f"argument {option}: not TEXT=ANSWER")
        rules = getattr(namespace, self.dest)
        setattr(namespace, self.dest, {**rules, text: (*rules.get(text, ()), answer)})


def _duration(text: str) -> float:
    try:
        return seconds(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _knobs(line: str) -> str:
    try:
        parse(line)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None
    return line


if __name__ == "__main__":
    sys.exit(main())
