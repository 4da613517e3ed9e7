"""The cache in a file: looked at and purged by anyone who may read it, written out and in by who has the secret."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.cli.conftest import Wrp
from tests.cli.remembering import SECRET, entry, remembering
from wrp_cache.stores.rows import Rows
from wrp_cache.transfer import line
from wrp_router.build.desk import heading_of

Config = Callable[..., str]
CACHED = f"secret: {SECRET}\ncache: {{semantic: false}}\n"


@pytest.fixture
def store(tmp_path: Path) -> str:
    """An empty file."""
    path = str(tmp_path / "answers.db")
    Rows(path).close()
    return path


@pytest.fixture
def export(wrp: Wrp, tmp_path: Path) -> str:
    """What a router with the secret wrote out: three answers."""
    path = str(tmp_path / "answers.jsonl")
    with remembering() as url:
        assert wrp("cache", "export", path, "--url", url)[0] == 0
    return path


def test_in_and_out(wrp: Wrp, config: Config, store: str, export: str, tmp_path: Path):
    """What a router exported can be kept in a file, and what a file has a router can learn."""
    file = config(CACHED)
    Path(export).write_text(Path(export).read_text() + "{}\n")
    code, out, err = wrp("cache", "import", export, "--store", store, "-c", file, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"kept": 3, "refused": 0, "broken": 1, "where": [5]}
    code, out, _ = wrp("cache", "stats", "--store", store, "--json")
    told = json.loads(out)["cache"]
    assert (code, told["entries"], told["bytes"], told["expired"]) == (0, 3, 6, 0)
    back = str(tmp_path / "back.jsonl")
    code, out, _ = wrp("cache", "export", back, "--store", store, "-c", file, "--json")
    assert (code, json.loads(out)["exported"], json.loads(out)["broken"]) == (0, 3, 0)
    with remembering(0) as url:
        assert wrp("cache", "import", back, "--url", url)[1].startswith("3 kept")


def test_many(wrp: Wrp, config: Config, store: str, tmp_path: Path):
    """More than are written at once; what is of another embedder or too old is refused."""
    source = tmp_path / "many.jsonl"
    heading = heading_of_here()
    lines = [line(entry(number), None, entry(0).created) for number in range(300)]
    lines.append(lines[0].replace(b'"age"', b'"embedder":"other","age"'))
    lines.append(line(entry(0), None, entry(0).created + 1e6))
    source.write_bytes(heading + b"".join(lines))
    out = wrp("cache", "import", str(source), "--store", store, "-c", config(CACHED), "--json")[1]
    assert json.loads(out) == {"kept": 300, "refused": 2, "broken": 0, "where": []}


def heading_of_here() -> bytes:
    """Of an export with the secret of the configuration."""
    return msgspec.json.encode(heading_of(hashlib.sha256(SECRET.encode()).digest(), "")) + b"\n"


def test_purge(wrp: Wrp, config: Config, store: str, export: str):
    """By tenant, by partition, or all; no configuration is needed."""
    wrp("cache", "import", export, "--store", store, "-c", config(CACHED))
    assert wrp("cache", "purge", "--store", store, "--tenant", "nobody")[1] == "0 purged\n"
    partition = base64.b64encode(b"p").decode()
    assert wrp("cache", "purge", "--store", store, "--partition", partition)[1] == "3 purged\n"
    assert wrp("cache", "purge", "--store", store, "--all", "--json")[1] == '{\n "purged": 0\n}\n'
    code, _, err = wrp("cache", "purge", "--store", store, "--partition", "p")
    assert (code, "base64" in err) == (1, True)


def test_a_file_that_a_router_has_open(wrp: Wrp, store: str):
    """Is the router's: it is to be asked."""
    rows = Rows(store)
    try:
        code, _, err = wrp("cache", "purge", "--store", store, "--all")
    finally:
        rows.close()
    assert (code, "--url" in err) == (1, True)


def test_what_is_no_store(wrp: Wrp, tmp_path: Path):
    """A file that is not there is not made, and one that is none is told."""
    code, _, err = wrp("cache", "stats", "--store", str(tmp_path / "none.db"))
    assert (code, "no file" in err, list(tmp_path.iterdir())) == (1, True, [])
    (tmp_path / "bad.db").write_bytes(b"x" * 5000)
    code, _, err = wrp("cache", "stats", "--store", str(tmp_path / "bad.db"))
    assert (code, "damaged" in err) == (1, True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (None, "-c FILE"),
        (f"secret: {SECRET}\n", "has no cache"),
        ("cache: {}\n", "has no secret"),
        ("nonsense: 1\n", "served"),
    ],
)
def test_without_the_secret(wrp: Wrp, config: Config, store: str, tmp_path: Path, more: str | None, said: str):
    """Nothing can be read or written."""
    given = ("-c", config(more)) if more is not None else ()
    code, _, err = wrp("cache", "export", str(tmp_path / "out"), "--store", store, *given)
    assert (code, said in err) == (1, True)
    assert not (tmp_path / "out").exists()


def test_another_secret(wrp: Wrp, config: Config, store: str, export: str, tmp_path: Path):
    """Its exports are refused, and its rows are not believed."""
    other = config(CACHED.replace(SECRET, SECRET[::-1]))
    code, _, err = wrp("cache", "import", export, "--store", store, "-c", other)
    assert (code, "secret" in err) == (1, True)
    wrp("cache", "import", export, "--store", store, "-c", config(CACHED))
    other = config(CACHED.replace(SECRET, SECRET[::-1]))
    out = wrp("cache", "export", str(tmp_path / "out"), "--store", store, "-c", other, "--json")[1]
    assert (json.loads(out)["exported"], json.loads(out)["broken"]) == (0, 3)


def test_a_tier_that_is_missing(wrp: Wrp, config: Config, store: str, tmp_path: Path):
    """Whose vectors would be written cannot be known."""
    file = config(f"secret: {SECRET}\ncache: {{}}\nembedder: {{tier: model, model: {tmp_path}}}\n")
    code, _, err = wrp("cache", "export", "-", "--store", store, "-c", file)
    assert code == 1
    assert err
