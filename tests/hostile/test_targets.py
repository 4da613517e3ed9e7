"""Paths and methods that mean something else elsewhere: nothing but the exact paths of the table exists."""

from __future__ import annotations

import json

import pytest

from tests.hostile.trial import Trial
from tests.hostile.wire import get, post

API = [
    b"/v1/chat/completions",
    b"/v1/completions",
    b"/v1/embeddings",
    b"/v1/responses",
    b"/v1/messages",
    b"/v1/messages/count_tokens",
]
NOWHERE = [
    b"/",
    b"/v1",
    b"/v1/",
    b"//v1/chat/completions",
    b"/v1//chat/completions",
    b"/v1/chat/completions/",
    b"/v1/chat/completions//",
    b"/v1/./chat/completions",
    b"/v1/x/../chat/completions",
    b"/v1/../admin/servers",
    b"/v1/..%2fadmin/servers",
    b"/v1/%2e%2e/admin/servers",
    b"/v1/..;/admin/servers",
    b"/v1%2fchat/completions",
    b"/v1/chat%2fcompletions",
    b"/%76%31/chat/completions",
    b"/v1/chat/completions;x=1",
    b"/v1/chat/completions%00",
    b"/v1/chat/completions%0d%0ax:%20y",
    b"/v1/chat/completions%zz",
    b"/v1/chat/completions.json",
    b"/v1/chat/completions#x",
    b"/V1/chat/completions",
    b"/v1/Chat/Completions",
    b"\\v1\\chat\\completions",
    b"/v1/chat\\completions",
    b"/admin",
    b"/admin/servers",
    b"/admin/../admin/servers",
    b"/ui",
    b"/healthz/",
    b"/metrics/",
    b"/metrics%20",
    b"/server-status",
    b"/.env",
    b"/v1/files",
    b"/v1/fine_tuning/jobs",
    b"/v1/responses/resp_1",
    b"/v1/messages/batches",
    b"/v1/models/",
    b"/v1/models/%ff",
    b"/v1/models/%00",
    b"/v1/models/a%0ab",
    b"/v1/models/" + b"%41" * 300,
    b"/v1/models/../../admin/servers",
    b"http://router/v1/chat/completions",
    b"http://evil/v1/models",
    b"http://evil/admin/servers",
    b"https://user:sk-secret@evil/v1/models",
    b"*",
    b"x",
    b"?",
]
READ_ONLY = {b"/admin/servers", b"/v1/models/../../admin/servers"}


@pytest.mark.fault("S4")
@pytest.mark.parametrize("target", NOWHERE, ids=repr)
async def test_paths_that_are_none(trial: Trial, target: bytes):
    """404 in JSON for every method, with and without a body, and nothing for the engine; 400 where it is no target at
    all, 405 where the path is of a kind that is only read."""
    for raw in (get(target), post(target=target), get(target, method=b"DELETE")):
        heard = await trial.probe(raw, most=0)
        assert heard.statuses in ([404], [400], [405]), heard.raw
        assert heard.statuses == [404] or target in READ_ONLY or not target.startswith((b"/", b"http"))
        assert set(json.loads(heard.replies[0].body)) in ({"error"}, {"type", "error", "request_id"})
        assert b"sk-secret" not in heard.raw


@pytest.mark.fault("S4")
@pytest.mark.parametrize("method", [b"GET", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"PROPFIND", b"PURGE"])
async def test_methods_that_are_none(trial: Trial, method: bytes):
    """405 with the methods that there are, in the dialect of the path; TRACE gives nothing back."""
    for target in API:
        reply = await trial.refuses(get(target, method=method), 405, target.decode())
        assert reply.headers["allow"] == "POST"


async def test_head_has_no_body(trial: Trial):
    """Neither of an answer nor of an error: what comes next is the next answer."""
    for target, status in ((b"/v1/models", 200), (b"/v1/chat/completions", 405), (b"/nowhere", 404)):
        heard = await trial.probe(get(target, method=b"HEAD"), bodiless=True, most=0)
        assert heard.statuses == [status]


@pytest.mark.fault("S4")
async def test_connect_is_no_tunnel(trial: Trial):
    """The router is nobody's proxy."""
    await trial.refuses(get(b"evil:443", method=b"CONNECT"), 404)


@pytest.mark.fault("S1", "S9")
@pytest.mark.parametrize("prefix", [b"", b"http://127.0.0.1:1", b"http://169.254.169.254"])
async def test_a_host_is_never_an_address(trial: Trial, prefix: bytes):
    """Whatever a request says of hosts and origins, in any header, the engine is the configured one."""
    names = [
        b"x-forwarded-host",
        b"x-forwarded-for",
        b"x-original-url",
        b"x-rewrite-url",
        b"forwarded",
        b"x-wrp-server",
    ]
    names += [b"x-wrp-tenant", b"x-envoy-original-path", b"openai-organization", b"api-key", b"api_base", b"proxy"]
    raw = post(*[name + b": " + prefix + b"/admin/servers" for name in names])
    assert (await trial.probe(raw)).statuses == [200]
    (seen,) = trial.engine.seen
    assert not {"x-wrp-server", "x-wrp-tenant", "x-forwarded-for", "forwarded", "api-key"} & set(seen.headers)
