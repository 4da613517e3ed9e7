"""What is wrong with a configuration, as data: where, which code, what to do. Nothing in here raises."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import msgspec

CODES: dict[str, tuple[str, str]] = {
    "E001": (
        "The text is not YAML.",
        "see the YAML 1.2 core schema; `wrp config schema` helps an editor to check as you type",
    ),
    "E002": ("A key is set twice in one mapping.", "keep one of the two"),
    "E003": ("A tab stands where YAML wants spaces.", "indent with spaces"),
    "E004": (
        "A YAML feature that configurations do not use: merge keys, tags, several documents, keys that are not words.",
        "write it out",
    ),
    "E005": ("An alias names no anchor, or an anchor that contains it.", "define it with &name before using *name"),
    "E006": (
        "The file is over a bound: bytes, depth, or values after aliases are expanded.",
        "split the file with include:",
    ),
    "E007": ("A file cannot be read.", "check the path and its permissions"),
    "E009": ("More problems than are worth printing at once.", "solve those above and check again"),
    "E010": ("A field that does not exist.", "remove it"),
    "E011": ("A field that must be there is missing.", "add it"),
    "E012": ("A value of the wrong type.", "see the reference for this field"),
    "E013": ("A value out of range.", "see the reference for this field"),
    "E014": ("A kind or choice that does not exist.", "see the reference for the kinds there are"),
    "E015": ("A variable is not set, or a secret file cannot be read.", "set it, or give a default: ${NAME:-default}"),
    "E016": ("A number with a unit that is not understood.", "see the reference for the units"),
    "E017": (
        "A `${...}` that is not understood.",
        "write ${NAME}, ${NAME:-default}, ${file:/path} or $$ for a dollar sign",
    ),
    "E020": ("A pool that is not defined.", "define it under pools:"),
    "E021": ("A signal that is not defined.", "define it under signals:"),
    "E022": ("A name or server that is there twice.", "give each its own"),
    "E023": ("A test or a tenant names a route or a model that is not there.", "name one that is"),
    "E024": ("A signal with a name that conditions know already.", "give it another name"),
    "E025": (
        "A signal that cannot be built.",
        "see the signal's kind in the reference; regular expressions are in RE2 syntax",
    ),
    "E030": (
        "A `when` expression that cannot be read.",
        'conditions look like: category == "law" && request.tokens > 1000',
    ),
    "E031": (
        "A `when` expression that compares or combines values of types that do not fit.",
        "compare like with like",
    ),
    "E040": ("Reachable from other machines without a key.", "add keys:, or listen on 127.0.0.1"),
    "E041": ("An address that is not host:port.", "write it like 127.0.0.1:8080 or [::1]:8080"),
    "E042": ("A server URL that cannot be used.", "write it like http://10.0.0.11:8000"),
    "E043": ("A URL that holds credentials.", "use api_key: ${NAME} instead"),
    "E044": (
        "A key that needs exactly one of `key` and `sha256`, or that two tenants share.",
        "give each tenant one key of its own",
    ),
    "E045": (
        "The quotas of the cache's categories sum to more than the cache.",
        "lower some until they sum to at most 100%",
    ),
    "E046": ("Two parts of the configuration that cannot be had together.", "change one of them"),
    "E047": (
        "Roles of servers that do not fit the pool: its policy, its engine, what it takes, or each other.",
        "a pool with balance: {kind: disaggregated} has servers with role: prefill and with role: decode",
    ),
    "E048": (
        "A pool that questions of the router's own go to, and that cannot be asked.",
        "a judge is a pool with a model, the ability chat, and servers without roles",
    ),
    "E050": ("An included file cannot be used.", "include: takes a list of paths relative to the including file"),
    "E051": ("Files include each other in a circle.", "remove one of the includes"),
    "E052": ("A setting is made in two of the included files.", "keep one of the two"),
    "W001": ("Requests that no route takes are answered with an error.", "end with a route that has no `when`"),
    "W002": ("A route after one that takes everything.", "move it up, or remove it"),
    "W003": ("Embeddings are wanted and the model tier is not there.", "pip install 'wrp-router[model]'"),
    "W004": ("Something is defined and never used.", "use it, or remove it"),
    "W005": ("A cache with categories and no `default`.", "add default: {threshold: 0.85, ttl: 1h}"),
    "W006": ("A key that is easy to guess.", "generate one: openssl rand -hex 32"),
    "W007": ("A condition that is never true.", "correct it, or remove the route"),
    "W008": ("Keys of the router's own callers are sent on to servers.", "use send_key: own, with an api_key"),
    "W009": ("Answers, or what is learned of them, go to another machine in the clear.", "use rediss://"),
    "W010": ("Bars that may fall, and cannot.", "give the categories that may be answered more freely a floor"),
    "W011": ("A limit takes from a policy the warm caches that it lives on.", "use queue:, or balance: {kind: p2c}"),
    "W012": (
        "A file is named that is not there.",
        "`wrp train` writes such files; names are relative to the folder in which the router is started",
    ),
    "W013": (
        "A judge whose verdicts will not be worth much, or not come.",
        "let a pool judge that has a key of its own, and answers nothing that it judges",
    ),
    "W015": (
        "Several routers share a server, and what a policy learns, or spends, is each router's own.",
        "add learned: {redis: {url: ...}}, or see policies/README.md for what can be shared",
    ),
    "W016": (
        "Several workers, and each of them has something for itself that one might think they share.",
        "see docs/workers.md for what is shared, and how to share more",
    ),
    "W017": (
        "A log is named that cannot be written here.",
        "what is in it is lost, and counted; let the user that serves write there, or name another place",
    ),
}
"""Every code, what it means and what usually helps. E is an error, W a warning. Codes are never reused."""

MOST = 200
_KNOWN_SHOWN = 12
_KNOWN_COMPARED = 200
_WORD_COMPARED = 64


class Place(msgspec.Struct, frozen=True, gc=False):
    """A position in a file; line and column count from 1, columns in characters."""

    file: str
    line: int
    col: int


class Problem(msgspec.Struct, frozen=True, gc=False):
    """One thing that is wrong, or (codes with W) doubtful. Never holds the value of a secret or a variable."""

    file: str
    line: int
    col: int
    code: str
    message: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")


class Problems:
    """Collects problems; the same one twice counts once, and more than `MOST` are only counted."""

    __slots__ = ("_files", "_found", "_left_out")

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._files: dict[str, int] = {}
        self._left_out = 0

    def add(
        self,
        place: Place,
        code: str,
        message: str,
        hint: str = "",
        near: tuple[str, Iterable[str]] | None = None,
    ) -> None:
        """Notes one problem. `near` is (the word used, the words that exist): the hint then names the closest."""
        if len(self._found) >= MOST:
            self._left_out += 1
            return
        if near is not None:
            hint = nearest(*near) or hint
        self._files.setdefault(place.file, len(self._files))
        found = Problem(place.file, place.line, place.col, code, message, hint or CODES[code][1])
        self._found[found] = None

    def reading(self, file: str) -> None:
        """From here on problems of `file` are listed after those of files read before."""
        self._files.setdefault(file, len(self._files))

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self._found)

    def listed(self) -> tuple[Problem, ...]:
        """All of them, by file in the order of reading, then by position."""
        ordered = sorted(self._found, key=lambda p: (self._files[p.file], p.line, p.col, p.code, p.message))
        if self._left_out and ordered:
            last = ordered[-1]
            more = f"{self._left_out} more problems are not shown"
            ordered.append(Problem(last.file, last.line, last.col, "E009", more, CODES["E009"][1]))
        return tuple(ordered)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest of the known words, or, if none is close, all of them (if they are few)."""
    names = list(known)
    return closest(word, names) or one_of(names)


def closest(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest of the known words; empty if none is close."""
    names = list(known)[:_KNOWN_COMPARED]
    close = difflib.get_close_matches(word[:_WORD_COMPARED], names, n=1, cutoff=0.6)
    return f"did you mean {shown(close[0])}?" if close else ""


def one_of(names: Sequence[str]) -> str:
    """`one of: a, b, c`, cut after a dozen; empty for no names."""
    if not names:
        return ""
    more = f", … ({len(names) - _KNOWN_SHOWN} more)" if len(names) > _KNOWN_SHOWN else ""
    return "one of: " + ", ".join(names[:_KNOWN_SHOWN]) + more


def shown(text: str, most: int = 40) -> str:
    """The text in quotes on one line: cut at `most` characters, unprintable ones escaped."""
    cut = text if len(text) <= most else text[:most] + "…"
    return (
        '"'
        + "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in cut)
        + '"'
    )
