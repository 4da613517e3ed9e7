"""What was refused, and what whoever runs the router did."""

from __future__ import annotations

import json
import resource
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.live.asking import KEEPING, KEYS, Desk
from tests.live.scene import ASK, Scene
from wrp_router.config import Secret
from wrp_router.config.structs import KeyConfig, Log, TenantConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.audit import ALL, EACH, SOURCES, Audit


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_line(tmp_path: Path):
    """Its owner alone may read it."""
    path = tmp_path / "audit.jsonl"
    audit = Audit(str(path), wall=lambda: 0.0)
    audit.done("127.0.0.1", "POST", "/admin/cache/purge", "staff", "abc", "")
    (line,) = lines(path)
    assert (line["time"], line["event"], line["key"]) == ("1970-01-01T00:00:00.000+00:00", "admin", "abc")
    assert path.stat().st_mode & 0o777 == 0o600


def test_nobody_fills_it(tmp_path: Path):
    """Neither one source nor many; how much was kept back is said a minute later."""
    path, now = tmp_path / "audit.jsonl", [0.0]
    audit = Audit(str(path), wall=lambda: now[0])
    for _ in range(1000):
        audit.refused("one", "POST", "/v1/" + "x" * 5000, "invalid_api_key")
    assert len(lines(path)) == EACH
    assert path.stat().st_size < EACH * 400
    for number in range(5000):
        audit.refused(f"source {number}", "POST", "/v1", "invalid_api_key")
    assert len(lines(path)) == ALL
    assert len(audit._sources) <= SOURCES + 1
    now[0] = 61.0
    audit.refused("one", "POST", "/v1", "invalid_api_key")
    assert [line["event"] for line in lines(path)[ALL:]] == ["kept_back", "refused"]
    assert lines(path)[ALL]["count"] == 6000 - ALL


def test_a_file_that_cannot_be_written_to(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Stops nobody, and is said once."""
    audit = Audit(str(tmp_path / "nowhere" / "audit.jsonl"))
    for _ in range(3):
        audit.tell("x")
    assert len(caplog.records) == 1
    (tmp_path / "nowhere").mkdir()
    audit.tell("x")
    lost, told = lines(tmp_path / "nowhere" / "audit.jsonl")
    assert (lost["event"], lost["count"], told["event"]) == ("lost", 3, "x")
    assert "3 lines were lost" in caplog.text
    caplog.clear()


@pytest.mark.fault("R18")
def test_what_was_cut_off_stays_on_a_line_of_its_own(tmp_path: Path):
    """Of a process that was killed while it wrote: what comes after begins on a new line, and can be read."""
    path = tmp_path / "audit.jsonl"
    Audit(str(path)).tell("before")
    with path.open("ab") as file:
        file.write(b'{"time": "2026-11-22T00:00:0')
    Audit(str(path)).tell("after")
    Audit(str(path)).tell("later")
    first, torn, *others = path.read_text().splitlines()
    assert json.loads(first)["event"] == "before"
    assert torn == '{"time": "2026-11-22T00:00:0'
    assert [json.loads(line)["event"] for line in others] == ["after", "later"]


def test_a_disk_that_takes_half_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Is full: that is said, counted, and told when there is room again."""
    path = tmp_path / "audit.jsonl"
    audit = Audit(str(path))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        audit.tell("half")
        audit.tell("none")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)
    assert caplog.text.count("cannot be written to") == 1
    audit.tell("after")
    half, *others = path.read_text().splitlines()
    assert len(half) == 20
    assert [json.loads(line)["event"] for line in others] == ["lost", "after"]
    assert json.loads(others[0])["count"] == 2


async def test_refusals_and_orders(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, tmp_path: Path):
    """By source and public id; what was sent as a key, and what was asked, is nowhere in it."""
    path = tmp_path / "audit.jsonl"
    kept = Log(decisions=str(tmp_path / "decisions.jsonl"), audit=str(path))
    router = await scene.open(engine, admin="127.0.0.1:0", keys=KEYS, log=kept, **KEEPING)
    canary = "sk-canary-0123456789"
    for headers in ({}, {"authorization": f"Bearer {canary}"}, {"authorization": f"Basic {canary}"}):
        async with http.post(router.url + "/v1/chat/completions", json=ASK, headers=headers) as answer:
            assert answer.status == 401
    desk = Desk(router, http)
    red = {"authorization": "Bearer sk-red-0123456789"}
    assert (await desk.ask("POST", "/purge", b'{"all": true}', **red))[0] == 403
    assert router._admin is not None
    host, port = router._admin.address
    async with http.get(f"http://{host}:{port}/metrics", headers=red) as answer:
        assert answer.status == 403
    staff = {"authorization": "Bearer sk-staff-0123456789"}
    status, _ = await desk.ask("POST", "/purge", b'{"all": true}', **staff)
    told = [(line["event"], line["code"]) for line in lines(path)]
    assert told[:3] == [("refused", "missing_api_key"), ("refused", "invalid_api_key"), ("refused", "invalid_api_key")]
    assert told[3:5] == [("admin", "forbidden")] * 2
    assert [line["tenant"] for line in lines(path)[3:]] == ["red", "red", "staff"]
    assert (told[5] == ("admin", "")) == (status == 200)
    assert {line["source"] for line in lines(path)} == {"127.0.0.1"}
    text = path.read_text()
    assert canary not in text
    assert "sk-" not in text
    assert "sort a list" not in text


async def test_what_a_tenant_may_not_have(
    scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, tmp_path: Path
):
    """The key was good: its tenant is named, and the decision, under which the caller knows it; ten times a minute."""
    path = tmp_path / "audit.jsonl"
    tenant, key = TenantConfig("red", ("auto",)), "sk-red-0123456789abcdef"
    keys = (KeyConfig("red", Secret(key)),)
    router = await scene.open(engine, keys=keys, tenants=(tenant,), log=Log(audit=str(path)), cache=None)
    headers = {"authorization": f"Bearer {key}"}
    for body, count in ((ASK, EACH + 2), ({**ASK, "model": "auto"}, 1)):
        for _ in range(count):
            async with http.post(router.url + "/v1/chat/completions", json=body, headers=headers) as answer:
                assert answer.status == (403 if body is ASK else 200)
                decision = answer.headers.get("x-wrp-decision", "")
    assert decision
    found = lines(path)
    assert len(found) == EACH
    assert {(line["event"], line["tenant"], line["code"]) for line in found} == {
        ("forbidden", "red", "model_not_allowed")
    }
