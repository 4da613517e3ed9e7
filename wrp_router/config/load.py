"""The one place that reads files. Everything else of the configuration works on text and trees."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from importlib.util import find_spec

import msgspec

from .check import check
from .decode import decode
from .include import Files, Gatherer
from .masking import masked
from .nodes import Entry, MapNode, Node
from .places import Places
from .problems import Problem, Problems
from .structs import Config
from .yaml import MOST_BYTES

MOST_SECRET_BYTES = 64 << 10

_LIBRARIES = {"sentence-transformers": ("sentence_transformers",)}
_MODEL_TIER = ("onnxruntime", "tokenizers")


class Loaded(msgspec.Struct, frozen=True):
    """What came of a file. `config` is there if and only if no problem is an error. `sources` are the texts that were
    read, by file name, literal secrets masked: for showing lines of them."""

    config: Config | None
    problems: tuple[Problem, ...]
    sources: dict[str, str]


def load(path: str, env: Mapping[str, str], model_tier: bool | None = None) -> Loaded:
    """Reads a configuration file and all it includes. Raises nothing: what is wrong is in `problems`.

    `env` is what `${NAME}` is looked up in. `model_tier` says whether the embedding model's libraries are there;
    without it they are looked for.
    """
    gatherer = Gatherer(_Disk(), env, Problems())
    return _loaded(gatherer, gatherer.file(path), model_tier)


def load_over(path: str, base: str, env: Mapping[str, str], model_tier: bool | None = None) -> Loaded:
    """A file with routes alone, and maybe signals, over a whole configuration: its routes take the place of those of
    `base`, its signals come beside them, and the tests of `base` are left out. A whole file is read as it is."""
    gatherer = Gatherer(_Disk(), env, Problems())
    tree = gatherer.file(path)
    if isinstance(tree, MapNode) and tree.get("pools") is None:
        below = gatherer.file(base)
        tree = _over(tree, below) if isinstance(below, MapNode) else None
    return _loaded(gatherer, tree, model_tier)


def _over(tree: MapNode, base: MapNode) -> MapNode:
    entries = {entry.key.text: entry for entry in base.entries if entry.key.text not in ("tests", "include")}
    for entry in tree.entries:
        known = entries.get(entry.key.text)
        if known is not None and isinstance(known.value, MapNode) and isinstance(entry.value, MapNode):
            own = {one.key.text for one in entry.value.entries}
            kept = tuple([one for one in known.value.entries if one.key.text not in own])
            entry = Entry(entry.key, MapNode(entry.value.at, (*kept, *entry.value.entries)))
        entries[entry.key.text] = entry
    return MapNode(tree.at, tuple(entries.values()))


def loads(
    text: str,
    name: str = "config",
    env: Mapping[str, str] | None = None,
    files: Files | None = None,
    model_tier: bool = True,
) -> Loaded:
    """The same for a text. Without `files` it may neither include nor name secret files. The answer depends on nothing
    but the arguments."""
    gatherer = Gatherer(files or _NoFiles(), env or {}, Problems())
    return _loaded(gatherer, gatherer.text(name, text.encode("utf-8", "surrogatepass")), model_tier)


def _loaded(gatherer: Gatherer, tree: Node | None, model_tier: bool | None) -> Loaded:
    problems, places = gatherer.problems, Places()
    config = None if tree is None else decode(tree, Config, problems, places, {"version": 1, "pools": ()})
    if tree is not None:
        tier = config.embedder.tier if config is not None else "auto"
        here = all(map(find_spec, _LIBRARIES.get(tier, _MODEL_TIER))) if model_tier is None else model_tier
        check(tree, config, places, gatherer.sources, problems, here)
    sources = {name: masked(text, places.secrets) for name, text in gatherer.sources.items()}
    return Loaded(None if problems.has_errors else config, problems.listed(), sources)


class _Disk:
    """Regular files only: a pipe or a device could block or never end."""

    def config(self, path: str) -> bytes:
        return _bytes(path, MOST_BYTES + 1)

    def secret(self, path: str) -> str:
        data = _bytes(path, MOST_SECRET_BYTES + 1)
        if len(data) > MOST_SECRET_BYTES:
            raise ValueError(f"it has more than {MOST_SECRET_BYTES} bytes")
        try:
            return data.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8 text") from None


class _NoFiles:
    """For texts that come from nowhere."""

    def config(self, path: str) -> bytes:
        raise ValueError("there are no files here")

    def secret(self, path: str) -> str:
        raise ValueError("there are no files here")


def _bytes(path: str, most: int) -> bytes:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError("it is not a regular file")
    with open(path, "rb") as file:
        return file.read(most)
