"""Bodies, and the scripts that send them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.loads import BODY_BYTES, example, script


@pytest.mark.parametrize("kind", ["numbered", "same", "stream"])
def test_bodies_have_one_size(kind):
    """JSON of 908 bytes, with a place for twelve digits."""
    assert len(example(kind)) == BODY_BYTES
    assert json.loads(example(kind)).get("stream", False) == (kind == "stream")
    assert example(kind).count(b"000000000000") == 1


def test_what_fills_the_cache_is_looked_up_beside():
    """The same system prompt, so that the entries are in the partition of the requests."""
    asked = [json.loads(example(kind))["messages"] for kind in ("worded", "short")]
    assert asked[0][0] == asked[1][0]
    assert len(asked[0][1]["content"]) > 3 * len(asked[1][1]["content"])


def test_heads_end_their_lines_as_http_wants(tmp_path: Path):
    """A carriage return before every line feed, in what Lua makes of it."""
    head = re.search(r'= "(POST .*?)", "', script("numbered", tmp_path).read_text())
    assert head is not None
    assert head[1].count("\\n") == head[1].count("\\r\\n") == 4
