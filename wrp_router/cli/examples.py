"""Labelled prompts from files. A line that cannot be used is told with its place; all others are."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wrp_router.errors import BadRequest
from wrp_router.wire.body import decode
from wrp_router.wire.view import view_of
from wrp_signals import Message, RequestView
from wrp_signals.pii.types import canonical
from wrp_signals.training.metrics import Span

ASKED = ("model", "messages", "tools", "max_tokens", "response_format", "n", "temperature", "stream")
"""What of a line with `messages` is the request."""

NAMES_OF_LABELS = ("label", "intent", "category", "class")
SPAN = (("type", "label", "entity_type"), ("start", "start_position"), ("end", "end_position"))
"""What data sets call the parts of a span."""


class Example(NamedTuple):
    """One line. `label` is as written, None where there is none; `spans` None where the line has none, `place` is
    FILE:LINE."""

    place: str
    view: RequestView
    label: Any
    spans: tuple[Span, ...] | None


class BadLine(Exception):
    """What is wrong with one line, beginning with its place."""


def read_examples(path: str) -> tuple[list[Example], list[BadLine]]:
    """The lines of a JSONL file (.gz too) and what is wrong with the others. Raises OSError."""
    examples, bad = [], []
    for place, line in lines(path):
        try:
            examples.append(example(place, line))
        except BadLine as error:
            bad.append(error)
    return examples, bad


def lines(path: str) -> Iterator[tuple[str, str]]:
    """The place and the text of every line that is not empty. Raises OSError."""
    text = read_text(path)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{path}:{number}", line


def read_text(path: str) -> str:
    """A file's text, unpacked where its name ends in .gz; what is not UTF-8 is replaced. Raises OSError."""
    raw = Path(path).read_bytes()
    if path.endswith(".gz"):
        try:
            raw = gzip.decompress(raw)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OSError(f"{path} is no whole gzip file: {error}") from None
    return raw.decode("utf-8-sig", "replace")


def example(place: str, line: str) -> Example:
    """One line of JSON, understood. Raises BadLine."""
    try:
        tree = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"{place}: not valid JSON: {error}") from None
    if not isinstance(tree, dict):
        raise BadLine(f"{place}: not a JSON object")
    try:
        view = _view(tree)
        spans = _spans(tree.get("spans"), len(view.asked()))
    except (ValueError, BadRequest) as error:
        raise BadLine(f"{place}: {getattr(error, 'message', error)}") from None
    label = next((tree[name] for name in NAMES_OF_LABELS if tree.get(name) is not None), None)
    if isinstance(label, list):
        label = bool(label)  # of what was found, for signals that say yes or no
    if isinstance(label, dict):
        raise BadLine(f"{place}: the label is neither a word, a number, true nor false")
    return Example(place, view, label, spans)


def _view(tree: dict[str, Any]) -> RequestView:
    """`messages` as the gateway reads them; `text` as the only message of a user. Raises ValueError, BadRequest."""
    if "messages" in tree:
        asked = {"model": "auto"} | {name: tree[name] for name in ASKED if name in tree}
        body = decode("chat", json.dumps(asked).encode())
        headers = tree.get("headers", {})
        if not isinstance(headers, dict):
            raise ValueError("`headers` is not an object")
        return view_of(body, tenant="local", session="", headers={str(k).lower(): str(v) for k, v in headers.items()})
    text = tree.get("text")
    if not isinstance(text, str):
        raise ValueError("neither `text`, a string, nor `messages`")
    return RequestView("chat", "auto", (Message("user", text),), size=len(text.encode("utf-8", "replace")))


def _spans(spans: Any, length: int) -> tuple[Span, ...] | None:
    """Spans of the last user message. Raises ValueError."""
    if spans is None:
        return None
    if not isinstance(spans, list):
        raise ValueError("`spans` is not a list")
    found = []
    for span in spans:
        try:
            kind, start, end = (next(span[name] for name in names if name in span) for names in SPAN)
            start, end = int(start), int(end)
        except (TypeError, RuntimeError, ValueError, OverflowError):
            raise ValueError("a span is not like {type: EMAIL_ADDRESS, start: 3, end: 17}") from None
        if not 0 <= start < end <= length:
            raise ValueError(f"the span {start} to {end} is not within the text of {length} characters")
        found.append(Span(canonical(str(kind)), start, end))
    return tuple(found)


def read_declared(path: str) -> dict[str, tuple[str, ...]]:
    """Categories and their examples. Lines `label,text`, where the text is all that follows the comma and may stand in
    quotes; CSV whose first line names the columns; or JSON objects. Raises OSError, BadLine."""
    text = read_text(path)
    head = [cell.strip().lower() for cell in text.lstrip().partition("\n")[0].split(",")]
    columns = [name for name in NAMES_OF_LABELS if name in head and "text" in head]
    if text.lstrip().startswith("{"):
        pairs = _from_json(path)
    elif columns and head != [columns[0], "text"]:
        pairs = _from_csv(path, text, head.index(columns[0]), head.index("text"))
    else:
        pairs = _from_lines(path, skip=bool(columns))
    found: dict[str, list[str]] = {}
    for label, said in pairs:
        found.setdefault(label, []).append(said)
    if not found:
        raise BadLine(f"{path}: no examples")
    return {label: tuple(texts) for label, texts in found.items()}


def _from_json(path: str) -> Iterator[tuple[str, str]]:
    for place, line in lines(path):
        one = example(place, line)
        if one.label is None:
            raise BadLine(f"{place}: no label")
        yield str(one.label), one.view.asked()


def _from_lines(path: str, skip: bool) -> Iterator[tuple[str, str]]:
    for place, line in lines(path):
        label, comma, said = (part.strip() for part in line.partition(","))
        if len(said) > 1 and said[0] == said[-1] == '"':
            said = said[1:-1].replace('""', '"')
        if not (label and comma and said):
            raise BadLine(f"{place}: not like `label,text`")
        if not skip:
            yield label, said
        skip = False


def _from_csv(path: str, text: str, label_at: int, text_at: int) -> Iterator[tuple[str, str]]:
    rows = csv.reader(io.StringIO(text.lstrip()), strict=True)
    try:
        next(rows)
        for row in filter(None, rows):
            if len(row) <= max(label_at, text_at) or not row[label_at].strip() or not row[text_at].strip():
                raise BadLine(f"{path}:{rows.line_num}: no label, or no text")
            yield row[label_at].strip(), row[text_at]
    except csv.Error as error:
        raise BadLine(f"{path}:{rows.line_num}: {error}") from None
