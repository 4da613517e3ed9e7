"""How ours is configured for the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import overhead_configs as configs
from wrp_router.config import load

OURS = {
    "plain": configs.PLAIN,
    "exact": configs.CACHED,
    "hits": configs.HITS,
    "full": configs.FULL,
    "static": configs.STATIC,
    "semantic": configs.SEMANTIC,
    "model": configs.MODEL,
}


@pytest.mark.parametrize("name", OURS)
def test_ours_are_understood(name: str, tmp_path: Path):
    """Without a warning, and with the load's model left to the routes: else no signal would be read."""
    path = configs.ours(name, OURS[name], "p2c", 8080, ["http://127.0.0.1:1", "http://127.0.0.1:2"], tmp_path)
    found = load(str(path), {}, model_tier=True)
    assert found.problems == ()
    assert found.config is not None
    assert (found.config.auto, found.config.routes[-1].when) == (("mock-model",), "true")


def test_all_servers_are_named_to_the_others(tmp_path: Path):
    """In the words of each."""
    servers = ["http://127.0.0.1:1", "http://127.0.0.1:2"]
    assert "server 127.0.0.1:1; server 127.0.0.1:2;" in configs.nginx(8080, servers, tmp_path).read_text()
    assert configs.litellm(servers, tmp_path).read_text().count("openai/mock-model") == 2
