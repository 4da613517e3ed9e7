"""Several files as one."""

from __future__ import annotations

import pytest

from tests.config.makers import LEAST, codes
from wrp_router.config import Loaded, loads

TOKENS = "signals:\n  length: {kind: tokens}\n"


class Shelf:
    """Files in a dict; a bad path is one that is not there."""

    def __init__(self, **files: str | bytes) -> None:
        self._files = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}

    def config(self, path: str) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(2, "No such file or directory")
        content = self._files[path]
        return content if isinstance(content, bytes) else content.encode()

    def secret(self, path: str) -> str:
        raise ValueError("no secrets")


def load_with(main: str, **files: str | bytes) -> Loaded:
    return loads(main, "main.yaml", files=Shelf(**files))


def route(name: str) -> str:
    return f"  - name: {name}\n    when: tenant == '{name}'\n    use: {{kind: static, pools: [local]}}\n"


LAST = "  - {name: last, use: {kind: static, pools: [local]}}\n"


def test_order() -> None:
    """Included routes come first, in the order of the includes; the including file has the last word."""
    loaded = load_with(
        f"include: [a.yaml, b.yaml]\n{LEAST}routes:\n{LAST}",
        a=f"include: [c.yaml]\nroutes:\n{route('a')}",
        b=f"version: 1\nroutes:\n{route('b')}",
        c=f"routes:\n{route('c')}",
    )
    assert loaded.problems == ()
    assert loaded.config is not None
    assert [one.name for one in loaded.config.routes] == ["c", "a", "b", "last"]
    assert set(loaded.sources) == {"main.yaml", "a.yaml", "b.yaml", "c.yaml"}


def test_mappings_are_merged() -> None:
    """At any depth, as long as nothing is set twice."""
    loaded = load_with(
        f"include: [a.yaml]\n{LEAST}cache: {{semantic: false, categories: {{law: {{ttl: 1h}}}}}}\n",
        a="cache: {max_bytes: 1MiB, categories: {default: {ttl: 1d}}}\n",
    )
    assert loaded.problems == ()
    assert loaded.config is not None
    assert loaded.config.cache is not None
    assert (loaded.config.cache.max_bytes, sorted(loaded.config.cache.categories)) == (1 << 20, ["default", "law"])


def test_paths_are_relative_to_the_including_file() -> None:
    """Also where folders are nested."""
    loaded = load_with(
        f"include: [parts/a.yaml]\n{LEAST}",
        parts__a="include: [deep/b.yaml, ../c.yaml]\n",
        parts__deep__b="listen: 127.0.0.1:1\n",
        c="admin: 127.0.0.1:2\n",
    )
    assert loaded.problems == ()
    assert loaded.config is not None
    assert (loaded.config.listen, loaded.config.admin) == ("127.0.0.1:1", "127.0.0.1:2")


@pytest.mark.parametrize(
    ("main", "files", "found"),
    [
        ("include: [a.yaml]\n", {}, "main.yaml:1:11 E007"),
        ("include: [a.yaml]\n", {"a": "include: [main.yaml]\n"}, "a.yaml:1:11 E051"),
        ("include: [main.yaml]\n", {}, "main.yaml:1:11 E051"),
        ("include: [a.yaml, a.yaml]\n", {"a": TOKENS}, "main.yaml:1:19 E050"),
        ("include: [/a.yaml]\n", {}, "main.yaml:1:11 E050"),
        ("include: [a.yaml]\n", {"a": "[]\n"}, "a.yaml:1:1 E050"),
        ("include: [a.yaml]\n", {"a": "include: b.yaml\n"}, "a.yaml:1:10 E050"),
        ("include: [a.yaml]\n", {"a": "x: [\n"}, "a.yaml:2:1 E001"),
        ("include: [a.yaml]\n", {"a": b"a: b\nc: \xff\n"}, "a.yaml:2:4 E001"),
        ("include: [a.yaml]\nlisten: 127.0.0.1:1\n", {"a": "listen: 127.0.0.1:2\n"}, "main.yaml:2:1 E052"),
        ("include: [a.yaml]\ncache: {}\n", {"a": "cache: []\n"}, "main.yaml:2:1 E052"),
        ("include: a.yaml\n", {}, "main.yaml:1:10 E012"),
        ("include: [1]\n", {}, "main.yaml:1:11 E012"),
        ("include: ['a\\0b', '']\n", {}, "main.yaml:1:11 E007"),
    ],
)
def test_what_cannot_be_included(main: str, files: dict[str, str | bytes], found: str) -> None:
    """Each is noted in the file where it stands."""
    loaded = load_with(main + LEAST, **files)
    assert found in [f"{p.file}:{p.line}:{p.col} {p.code}" for p in loaded.problems]


def test_positions_keep_their_file() -> None:
    """What is wrong in an included file is said there."""
    loaded = load_with(f"include: [a.yaml]\n{LEAST}", a="listenn: x\n")
    assert [(p.file, p.line, p.code) for p in loaded.problems] == [("a.yaml", 1, "E010")]


def test_bounds() -> None:
    """There is an end to files and bytes."""
    chain = {f"f{i}": f"include: [f{i + 1}.yaml]\n" for i in range(40)}
    assert "E006" in codes(load_with(f"include: [f0.yaml]\n{LEAST}", **chain))
    large = {f"f{i}": "# " + "x" * 1_000_000 for i in range(6)}
    names = ", ".join(f"f{i}.yaml" for i in range(6))
    assert "E006" in codes(load_with(f"include: [{names}]\n{LEAST}", **large))
