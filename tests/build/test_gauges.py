"""Which metrics a router is asked for when they are read."""

from __future__ import annotations

from pathlib import Path

from tests.live.scene import config
from wrp_router.build import Router
from wrp_router.config.render import fingerprint
from wrp_router.config.structs import Log


async def test_of_what_there_is_none_there_are_no_metrics(tmp_path: Path):
    """No log, no dropped rows; the fleet and the process are always there."""
    without = (await Router(config("http://127.0.0.1:1")).exposition()).decode()
    assert "wrp_decision_log_dropped_total" not in without
    assert "wrp_cache_archive_documents" not in without
    for name in ("wrp_in_flight", "wrp_queue_depth", "wrp_streams_active", "wrp_config_loaded_timestamp_seconds"):
        assert f"# TYPE {name} gauge" in without
    router = Router(config("http://127.0.0.1:1", log=Log(decisions=str(tmp_path / "log"))))
    assert "wrp_decision_log_dropped_total 0.0" in (await router.exposition()).decode()
    await router.close()


async def test_which_configuration_is_in_force():
    """Is said once, by what `wrp config show` prints of it."""
    router = Router(config("http://127.0.0.1:1"))
    lines = (await router.exposition()).decode().splitlines()
    told = [line for line in lines if line.startswith("wrp_config_info{")]
    assert told == [f'wrp_config_info{{hash="{fingerprint(router.config)}"}} 1.0']
    await router.close()
