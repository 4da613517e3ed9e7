"""Reading from disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.config.makers import LEAST, codes
from wrp_router.config import load, loads
from wrp_router.config.load import Loaded, load_over

CACHED = LEAST + "cache: {}\n"


def write(folder: Path, text: str | bytes, name: str = "wrp.yaml") -> str:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(file)


def test_a_file(tmp_path: Path) -> None:
    """With what it includes, variables and secret files."""
    secret = write(tmp_path, "s3cret-s3cret-s3cret\n", "key")
    write(tmp_path, "signals: {length: {kind: tokens}}\n", "part.yaml")
    text = f"include: [part.yaml]\n{LEAST}    api_key: ${{file:{secret}}}\nlisten: ${{HOST}}:1\n"
    loaded = load(write(tmp_path, text), {"HOST": "localhost"})
    assert loaded.problems == ()
    assert loaded.config is not None
    assert loaded.config.listen == "localhost:1"
    key = loaded.config.pools[0].api_key
    assert key is not None
    assert key.reveal() == "s3cret-s3cret-s3cret"
    assert "s3cret" not in str(loaded)


@pytest.mark.parametrize("name", ["missing.yaml", "", ".", "null\0byte"])
def test_no_file(tmp_path: Path, name: str) -> None:
    """What is not there, or is not a file, is a problem and no exception."""
    loaded = load(os.path.join(tmp_path, name), {})
    assert loaded.config is None
    assert codes(loaded) == ["E007"]


def test_not_a_regular_file(tmp_path: Path) -> None:
    """A pipe would block, a device never end."""
    os.mkfifo(tmp_path / "pipe")
    assert codes(load(str(tmp_path / "pipe"), {})) == ["E007"]
    text = LEAST + f"    api_key: ${{file:{tmp_path}/pipe}}\n"
    assert codes(load(write(tmp_path, text), {})) == ["E015"]


@pytest.mark.parametrize("content", [b"x" * 70_000, b"\xff\xfe", None])
def test_secret_files_that_are_none(tmp_path: Path, content: bytes | None) -> None:
    """Too long, not text, or not there."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    assert codes(load(write(tmp_path, LEAST + f"    api_key: ${{file:{path}}}\n"), {})) == ["E015"]


def test_large_file(tmp_path: Path) -> None:
    """No more is read than the bound and a byte."""
    assert codes(load(write(tmp_path, b"#" * (10 << 20)), {})) == ["E006"]


def test_text_alone() -> None:
    """A text reaches no files."""
    assert codes(loads(LEAST + "include: [a.yaml]\n")) == ["E007"]
    assert codes(loads(LEAST + "    api_key: ${file:/etc/hostname}\n")) == ["E015"]
    assert loads(LEAST).config is not None
    assert codes(loads("\ud800")) == ["E001"]


def test_the_model_tier(tmp_path: Path) -> None:
    """Is looked for unless the caller says; without it, what compares meanings is warned of."""
    path = write(tmp_path, CACHED)
    assert codes(load(path, {}, model_tier=False)) == ["W003"]
    assert codes(load(path, {}, model_tier=True)) == []
    assert codes(loads(CACHED, model_tier=False)) == ["W003"]
    insisting = LEAST + "embedder: {tier: model}\nsignals: {length: {kind: tokens}}\n"
    assert codes(loads(insisting, model_tier=False)) == ["W003"]
    assert load(path, {}).config is not None


def test_sources_are_masked() -> None:
    """The lines kept for showing hold no secrets."""
    loaded = loads(LEAST + "keys: [{tenant: a, key: top-secret-key-123}]\n", "f")
    assert "top-secret" not in loaded.sources["f"]
    assert loaded.config is not None


def test_warnings_do_not_stop() -> None:
    """Only errors do."""
    loaded = loads(CACHED, model_tier=False)
    assert loaded.config is not None
    assert [problem.is_error for problem in loaded.problems] == [False]


BASE = """\
version: 1
pools: [{name: a, servers: [http://127.0.0.1:8001]}, {name: b, servers: [http://127.0.0.1:8002]}]
signals: {one: {kind: keyword, words: [one]}, two: {kind: keyword, words: [two]}}
routes: [{name: first, use: {kind: static, pools: [a, b]}}]
tests: [{ask: hello, expect: {route: first}}]
"""


def over(tmp_path: Path, text: str) -> Loaded:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "over.yaml").write_text(text)
    return load_over(str(tmp_path / "over.yaml"), str(tmp_path / "base.yaml"), {}, True)


def test_routes_over_a_configuration(tmp_path: Path) -> None:
    """Theirs take the place of its own, its signals are there, one of theirs instead of its namesake; tests are not."""
    new = "signals: {two: {kind: keyword, words: [zwei]}}\n"
    new += "routes: [{name: second, when: one || two, use: {kind: static, pools: [b]}}]\n"
    config = over(tmp_path, new).config
    assert config is not None
    assert [route.name for route in config.routes] == ["second"]
    assert [pool.name for pool in config.pools] == ["a", "b"]
    assert {name: getattr(spec, "words", ()) for name, spec in config.signals.items()} == {
        "one": ("one",),
        "two": ("zwei",),
    }
    assert config.tests == ()


def test_a_whole_configuration_over_another(tmp_path: Path) -> None:
    """Is read as it is."""
    config = over(tmp_path, "version: 1\npools: [{name: c, servers: [http://127.0.0.1:8003]}]\n").config
    assert config is not None
    assert ([pool.name for pool in config.pools], config.routes) == (["c"], ())


def test_routes_over_nothing(tmp_path: Path) -> None:
    """What is wrong with either is said of its own file."""
    found = over(tmp_path, "routes: [{name: r, use: {kind: static, pools: [huge]}}]\n")
    assert found.config is None
    places = [(one.code, one.file) for one in found.problems if one.code == "E020"]
    assert places == [("E020", str(tmp_path / "over.yaml"))]
    absent = load_over(str(tmp_path / "over.yaml"), str(tmp_path / "absent.yaml"), {}, True)
    assert (absent.config, absent.problems[0].code) == (None, "E007")


def test_a_tag_is_refused_once() -> None:
    """What stood under it is not held against it a second time."""
    assert codes(loads(f"{LEAST}listen: !mine 5\n")) == ["E004"]
    assert codes(loads(LEAST.replace("version: 1", "version: !!python/object:os.system 1"))) == ["E004"]
