"""What each command may be told. Light on purpose: parsing imports nothing else of the house."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from .file_options import configuration, either
from .key_options import keys
from .numbers import share, workers
from .replay_options import replay as replay_options
from .routing_options import routing, training, warming
from .simulate_options import simulate as simulate_options

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
    either(source, "config")
    source.add_argument(
        "--backend",
        metavar="URL",
        action="append",
        type=backend,
        help="an engine to stand before, without any file; may be given several times",
    )
    command.add_argument("--listen", metavar="HOST:PORT", help="where to listen (default: as configured)")
    what = "so many processes on one port, all replaced on SIGHUP (default: as configured)"
    command.add_argument("--workers", metavar="N", type=workers, help=what)
    command.add_argument("--log-level", choices=["debug", "info", "warning", "error"], help="default: as configured")


def demo(command: argparse.ArgumentParser) -> None:
    _json(command)
    command.add_argument("--print-config", action="store_true", help="print the demo's configuration and stop")
    command.add_argument("--keep", action="store_true", help="keep engines and router running after the table")


def check(command: argparse.ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--strict", action="store_true", help="warnings count as errors")
    command.add_argument("--costs", action="store_true", help="measure each signal and embedding tier here")
    _json(command)


def test(command: argparse.ArgumentParser) -> None:
    configuration(command)
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
            configuration(part)


def cache(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(dest="part", metavar="PART", required=True)
    for name, summary in CACHE_PARTS.items():
        part = parts.add_parser(name, help=summary, description=summary)
        where = part.add_mutually_exclusive_group()
        where.add_argument(
            "--url",
            metavar="URL",
            type=backend,
            default="http://127.0.0.1:8081",
            help="the `admin` listener of a running router (default: http://127.0.0.1:8081); a key, where it has keys, "
            "comes from WRP_ADMIN_KEY",
        )
        where.add_argument("--store", metavar="FILE", help="a SQLite file that no router has open")
        if name == "purge":
            part.add_argument("--tenant", metavar="NAME", help="all of a tenant")
            part.add_argument("--partition", metavar="BASE64", help="all of a partition, as an export names it")
            part.add_argument("--all", action="store_true", help="everything")
        if name in ("export", "import"):
            part.add_argument("file", metavar="FILE", help="lines of JSON; - is standard output or input")
            _config(part, required=False)
        _json(part)


def _lines(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of lines")
    return int(text)


def _judged(command: argparse.ArgumentParser) -> None:
    """What says which signal, and on which prompts."""
    command.add_argument(
        "--signal", metavar="NAME", required=True, help="a kind of signal, or one that --config declares"
    )
    command.add_argument(
        "--data",
        metavar="FILE",
        required=True,
        help="labelled prompts: lines of JSON with `text` or `messages`, `label`, and where it applies `spans`",
    )
    command.add_argument("--negatives", metavar="FILE", help="more prompts, all of them negative whatever their label")
    command.add_argument("--positive", metavar="LABEL", default="", help="the label that means yes; all others mean no")
    _config(command, required=False)
    command.add_argument(
        "--examples", metavar="FILE", help="lines `label,text` that declare the categories of a domain signal"
    )
    command.add_argument("--tier", choices=["auto", "static", "model"], help="embedding tier (default: as declared)")
    command.add_argument("--limit", metavar="N", type=_lines, help="judge by N lines, evenly over the files")
    _json(command)


def eval_(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(dest="part", metavar="PART", required=True)
    summary = "how good one signal is on labelled prompts, and what it costs"
    signals = parts.add_parser("signals", help=summary, description=summary)
    _judged(signals)
    signals.add_argument(
        "--threshold", metavar="T", type=float, help="say yes at a score of T and more, instead of the signal's own bar"
    )
    summary = "would the answer to one question have been served for another, and rightly?"
    cache = parts.add_parser("cache", help=summary, description=summary)
    cache.add_argument(
        "--pairs", metavar="FILE", required=True, help="lines of JSON with `a`, `b`, `dup`, and optionally `category`"
    )
    cache.add_argument("--guard", metavar="FILE", help="a learned guard, as `wrp train guard` writes it")
    _pairs(cache, "of what is served: what the recommended thresholds are to reach (default: 0.95)")
    summary = "how good a choice of models is: policies and baselines on prompts that every model answered"
    choosing = parts.add_parser("routing", help=summary, description=summary)
    routing(choosing)
    _config(choosing, required=False)
    _json(choosing)


def train(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(dest="part", metavar="SIGNAL", required=True)
    for name, summary in TRAINED.items():
        part = parts.add_parser(name, help=summary, description=summary)
        part.add_argument("--data", metavar="DIR", required=name != "embedding", help="the folder of data sets")
        part.add_argument("--out", metavar="DIR", required=True, help="where weights and card are written")
        part.add_argument("--tier", choices=["static", "model"], default="model", help="default: model")
        part.add_argument("-c", "--config", metavar="FILE", help="whose `embedder:` makes the vectors (default: ours)")
        part.add_argument(
            "--seed", metavar="N", type=int, help="of folds and all else left to chance (default: a fixed one)"
        )
        _json(part)
        if name == "embedding":
            what = "make an embedder of the model tier from a model of sentence-transformers: a folder, or a name"
            part.add_argument("--export", metavar="MODEL", help=what)
    _train_guard(parts)
    summary = "learn how good each model would be on a prompt, for the policy `quality`"
    training(parts.add_parser("quality", help=summary, description=summary))
    summary = "let a policy that learns begin with what models scored on prompts: its `prior`"
    warming(parts.add_parser("prior", help=summary, description=summary))
    _train_cascade(parts)
    summary = "pick a threshold for a false positive rate or a precision, and say how sure that is"
    thresholds = parts.add_parser("thresholds", help=summary, description=summary)
    _judged(thresholds)
    target = thresholds.add_mutually_exclusive_group(required=True)
    target.add_argument("--fpr", metavar="X", type=share, help="at most this share of negatives may pass")
    target.add_argument("--precision", metavar="Y", type=share, help="at least this share of what passes is positive")
    thresholds.add_argument("--out", metavar="FILE", help="where the report is written (JSON)")


def _train_guard(parts: Any) -> None:
    summary = "train a hit guard for the cache from pairs of questions"
    guard = parts.add_parser("guard", help=summary, description=summary)
    guard.add_argument(
        "--data", metavar="FILE", required=True, help="lines of JSON with `a`, `b`, `dup`: does one answer serve both?"
    )
    guard.add_argument("--out", metavar="FILE", required=True, help="where the guard is written (.npz)")
    guard.add_argument("--seed", metavar="N", type=int, default=0, help="of the folds (default: 0)")
    _pairs(guard, "of what passes: what the guard's own bar is to reach on held-out questions (default: 0.95)")


def _train_cascade(parts: Any) -> None:
    summary = "find from which score on a small model's answers may be given, with a guarantee"
    cascade = parts.add_parser("cascade", help=summary, description=summary)
    number = cascade.add_argument
    what = "lines of JSON with `prompt`, `scores` by model, `answers` or `confidence`, and optionally `category`"
    number("--data", metavar="FILE", required=True, help=what)
    number("--out", metavar="FILE", required=True, help="where thresholds and head are written (JSON)")
    number("--alpha", metavar="A", type=share, default=0.05, help="the share of accepted answers that may be worse")
    number("--delta", metavar="D", type=share, default=0.05, help="how likely it may be that more are (default: 0.05)")
    kinds = "whose scores they are: `learned` learns a head first; others come as `confidence`, or by what answers say"
    verifiers = ["learned", "logprob", "margin", "self_consistency", "judge", "all", "any"]
    number("--verifier", choices=verifiers, default="learned", help=kinds)
    number("--small", metavar="MODEL", help="whose answers are verified (default: the one with the lower scores)")
    number("--large", metavar="MODEL", help="whose answers they are held against")
    number("--seed", metavar="N", type=int, default=0, help="of the halves (default: 0)")
    _json(cascade)


def _pairs(command: argparse.ArgumentParser, precision: str) -> None:
    """What all commands take that look at pairs of questions."""
    command.add_argument("--precision", metavar="P", type=share, default=0.95, help=precision)
    _config(command, required=False)
    _json(command)


TRAINED = {
    "domain": "train the categories' head",
    "complexity": "train the head for how hard a request is",
    "jailbreak": "train the head for jailbreaks and injections",
    "language": "train the table of languages",
    "feedback": "train the head for what a message says of the answer before it",
    "fact_check": "train the head for answers that need checking",
    "embedding": "distil the static tier's table from a model, or export a model",
}

CACHE_PARTS = {
    "stats": "what the cache holds, how often it answered, and how its store is",
    "purge": "forget the answers of a tenant, of a partition, or all",
    "export": "write all that is kept to a file: questions and answers, so keep it safe",
    "import": "take in what an export wrote; the secret and the embedder must be the same",
}

CONFIG_PARTS = {
    "schema": "print the JSON Schema of the configuration",
    "reference": "print every key with its type, default and meaning (Markdown)",
    "show": "print the configuration as resolved: includes, variables, defaults; no secrets",
}


def simulate(command: argparse.ArgumentParser) -> None:
    simulate_options(command)
    _json(command)


def replay(command: argparse.ArgumentParser) -> None:
    replay_options(command)
    _json(command)


OPTIONS: dict[str, tuple[str, Add]] = {
    "serve": ("run the router", serve),
    "demo": ("fake engines, the router, a few dozen requests, and what became of them", demo),
    "check": ("check a configuration: all errors at once", check),
    "test": ("run a configuration's own tests", test),
    "explain": ("say why a request goes where it goes", explain),
    "simulate": ("try balancing policies on a trace, before modelled engines", simulate),
    "replay": ("say what another policy would have done to quality, cost and latency of a decision log", replay),
    "eval": ("judge signals by labelled prompts, the cache by labelled pairs, a choice of models by outcomes", eval_),
    "train": ("train a signal's weights, or pick its threshold", train),
    "cache": ("look into the cache of a router or of a file, purge it, export and import", cache),
    "keys": ("make, list and revoke the keys of tenants", keys),
    "config": ("print the schema, the reference, or a resolved configuration", config),
}
