"""What was done to the router, row by row, and which tests do it: they say so by `@pytest.mark.fault("R1")`. The tables
of the documentation and of `make chaos` come from here; a test holds that every row has a test, or a reason for having
none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]

GROUPS: Mapping[str, str] = {
    "R": "Engines and routers that fail, and load",
    "U": "Engines that mean harm",
    "B": "Clients that mean harm",
    "C": "The cache",
    "K": "Configurations",
    "S": "Secrets and rights",
}

ROWS: Mapping[str, str] = {
    "R1": "engines are killed in the middle of streams, which the SDKs read",
    "R2": "streams end in 13 ways before they are complete, in both dialects",
    "R3": "engines die after the headers, after the role chunk, after a ping, before the first word",
    "R4": "nobody listens, nobody answers a SYN, connections are reset as soon as they are accepted",
    "R5": "engines close idle connections at the very moment at which they are used again",
    "R6": "an engine is stopped (SIGSTOP): it accepts, and never answers; later it goes on",
    "R7": "slow first tokens, streams that fall silent, deadlines of callers",
    "R8": "all engines answer 500 while many ask",
    "R9": "one tenant's requests make every engine fail",
    "R10": "`Retry-After` of 1 s, 200 s, a date, garbage, the past, 1e99",
    "R11": "one of several servers is bad, or slow; most of them are",
    "R12": "five times the capacity, in three classes",
    "R13": "clients leave at headers, body, queue, first token, in mid-stream, at the end, by FIN and RST",
    "R14": "clients that never read, or hardly",
    "R15": "streams that are idle; ten thousand by `bench/streams.py`",
    "R16": "SIGTERM under load, one process and several, and once more",
    "R17": "all processes are replaced under load",
    "R18": "the router itself is killed while it writes",
    "R19": "something holds the event loop",
    "R20": "a name means another address, or none",
    "U1": "answers that are no HTTP: header bombs, two lengths, bad status lines",
    "U2": "events of megabytes, single bytes, split letters, CRLF, no last blank line",
    "U3": "events that are no JSON, no UTF-8, or hold NUL; bytes gone, doubled, replaced",
    "U4": "streams, headers and bodies without end",
    "U5": "cookies, hop-by-hop headers, compressed answers that nobody asked for",
    "U6": "JSON to a stream request, a stream to another, pages of HTML",
    "B1": "idle connections, heads and bodies that drip",
    "B2": "bodies of 100 MB, by length, in chunks, or promised",
    "B3": "compressed bombs, bad and unknown codings",
    "B4": "JSON that is none, or that two parsers read differently",
    "B5": "requests whose end is in doubt (smuggling), broken heads",
    "B6": "fields of any type, any number, any size",
    "B7": "line ends, NUL, emoji and kilobytes in whatever a caller names",
    "B8": "pipelining, HTTP/1.0, `Expect`, absolute targets, half-closed connections",
    "C1": "Redis is down, dies, hangs, is slow, is full, refuses",
    "C2": "the disk is full, read-only, or not there",
    "C3": "files that are cut, flipped, of another version, or not ours",
    "C4": "ten thousand probes for other tenants' answers",
    "C5": "questions that look the same and are not",
    "C6": "the same question under another prompt, tool, format, temperature, history, model",
    "C7": "answers that broke off, and a hundred identical requests at once",
    "C8": "vectors that are NaN, zero, short; embedders that are slow or fail",
    "K1": "broken configurations are put in place under load, again and again",
    "K2": "servers, limits and keys go while streams run",
    "K3": "YAML bombs, ten megabytes, tabs, doubled keys, tags, unknown fields, missing variables",
    "K4": "every example of the documentation is run",
    "S1": "addresses, hosts and keys in bodies, queries and headers, to have the router call somewhere else",
    "S2": "keys guessed, cut, doubled, in other forms",
    "S3": "keys that begin the same",
    "S4": "every route by every method, credential and spelling, on every listener",
    "S5": "a tenant's key where orders are given",
    "S6": "a listener open to other machines without keys",
    "S7": "other tenants' decisions and answers, by their ids",
    "S8": "budgets raced from two processes, streams abandoned to pay less, the books' server lost",
    "S9": "internal headers sent by clients",
    "S10": "patterns and texts made to backtrack",
    "S11": "a request that makes the router ask many more",
    "S12": "engines that redirect, or answer for others",
    "S13": "errors asked for what they give away; certificates",
    "S14": "prompts that ask for a model, or for the routes to be ignored",
    "S15": "canaries (keys, prompts, secrets) through every error, searched for in all that is written and told",
    "S16": "what is installed: names, files, dependencies",
    "S17": "markup in prompts, for whoever looks at a dashboard",
}

ABSENT: Mapping[str, str] = {
    "S17": "there is no dashboard: no page is served, and all that is told is JSON or Prometheus' text",
}
"""Rows without a test, and why."""


def files() -> list[Path]:
    """All that may have marks."""
    return sorted((ROOT / "tests").rglob("test_*.py"))


def marked() -> dict[str, list[str]]:
    """The tests of every row that has some, as pytest names them."""
    found: dict[str, list[str]] = {}
    for path in files():
        text = path.read_text(encoding="utf-8")
        if ".fault(" in text:
            for id, name in _of(ast.parse(text)):
                found.setdefault(id, []).append(f"{path.relative_to(ROOT)}::{name}")
    return found


def _of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    of_all = [id for node in tree.body if isinstance(node, ast.Assign) and _is_mark(node) for id in _ids(node.value)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            own = [id for decorator in node.decorator_list for id in _ids(decorator)]
            for id in (*of_all, *own):
                yield id, node.name


def _is_mark(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def _ids(node: ast.expr) -> list[str]:
    """Those that a mark, or a list of marks, names."""
    if isinstance(node, ast.List):
        return [id for one in node.elts for id in _ids(one)]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "fault":
        return []
    return [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
