"""A configuration without a file."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.build import assemble
from wrp_router.config.load import loads
from wrp_router.rehearsal import Rehearsal, chat
from wrp_router.zero import NAME_LIMIT, config_for

LISTEN = "127.0.0.1:8080"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


def test_a_pool_for_every_model():
    """Of all servers that have it, in the order found."""
    config = config_for({"http://a": ["x", "y"], "http://b": ["y"]}, LISTEN)
    assert [(pool.model, [server.url for server in pool.servers]) for pool in config.pools] == [
        ("x", ["http://a"]),
        ("y", ["http://a", "http://b"]),
    ]
    assert config.listen == LISTEN


def test_a_silent_backend_takes_any_model():
    """As it comes."""
    (pool,) = config_for({"http://a": []}, LISTEN).pools
    assert (pool.model, pool.name) == ("*", "pool")


def test_one_server_written_twice_is_one():
    """With and without the port that http has anyway."""
    (pool,) = config_for({"http://a": ["x"], "http://a:80": ["x"]}, LISTEN).pools
    assert len(pool.servers) == 1


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("qwen3-8b", "qwen3-8b"),
        ("meta-llama/Llama-3.3-70B", "meta-llama-Llama-3.3-70B"),
        ("../../etc/passwd", "etc-passwd"),
        ("模型", "pool"),
        ("x" * 100, "x" * NAME_LIMIT),
    ],
)
def test_names_for_logs_and_metrics(model: str, name: str):
    """Out of whatever a model is called."""
    assert config_for({"http://a": [model]}, LISTEN).pools[0].name == name


def test_two_models_never_share_a_name():
    """Not even where their ids differ only in what names leave out, or in what is cut off."""
    models = ["a/b", "a-b", "a b", "a-b-2", "y" * 80, "y" * 81, "模", "型"]
    names = [pool.name for pool in config_for({"http://a": models}, LISTEN).pools]
    assert names == ["a-b", "a-b-2", "a-b-3", "a-b-2-2", "y" * 64, "y" * 58 + "-2", "pool", "pool-2"]


@given(
    st.dictionaries(st.sampled_from(["http://a", "http://b", "https://c"]), st.lists(st.text(), max_size=5), min_size=1)
)
def test_whatever_they_serve(served: dict[str, list[str]]):
    """The router can be built of it, and names are names."""
    config = config_for(served, LISTEN)
    assert all(NAME.fullmatch(pool.name) for pool in config.pools)
    assert len({pool.name for pool in config.pools}) == len(config.pools)
    assemble(config)


def test_it_passes_the_checks_of_a_file():
    """Written out, it loads without a word."""
    config = config_for({"http://a:8000": ["x"], "http://b:8000": []}, LISTEN)
    text = msgspec.json.encode(msgspec.to_builtins(config)).decode().replace(" ", "")
    assert loads(re.sub(r'"[a-z_]+":null,?|,"[a-z_]+":null', "", text)).problems == ()


def test_auto_goes_to_the_first():
    """With the others as spares; nothing is cached."""
    rehearsal = Rehearsal(config_for({"http://a": ["x", "y"]}, LISTEN))
    row = rehearsal.ask(chat("hello"))
    assert row.plan is not None
    assert [attempt.pool for attempt in row.plan.attempts] == ["x", "y"]
    assert row.cache == "off"
    assert rehearsal.ask(chat("hello", model="y")).route == "model:y"
