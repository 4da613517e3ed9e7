"""Feedback by HTTP, on the API's own listener."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.live.scene import ASK, Scene, until
from wrp_router.build import Router
from wrp_router.config.secret import Secret
from wrp_router.config.structs import FeedbackConfig, KeyConfig
from wrp_router.record import Feedback, feedback_of, is_feedback

KEYS = (KeyConfig("a", key=Secret("key-a")), KeyConfig("b", key=Secret("key-b")))


async def post(router: Router, path: str, body: Any, key: str = "") -> tuple[int, dict[str, Any], str]:
    """Status, answer, and decision."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(router.url + path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json(), answer.headers.get("x-wrp-decision", "")


async def test_an_answer_is_judged(scene: Scene, tmp_path: Any) -> None:
    """By the id in its header; the same again counts once, something else is refused; a line of the log says so."""
    router = await scene.open(await scene.engine())
    _, _, decision = await post(router, "/v1/chat/completions", ASK)
    body = {"decision": decision, "verdict": "good"}
    expected = {"object": "feedback", "decision": decision, "score": 1.0, "counted": True}
    assert (await post(router, "/v1/feedback", body))[:2] == (200, expected)
    assert (await post(router, "/v1/feedback", body))[:2] == (200, expected | {"counted": False})
    status, answer, _ = await post(router, "/v1/feedback", {"decision": decision, "score": 0.5})
    assert (status, answer["error"]["code"]) == (409, "already_judged")
    assert 'wrp_answer_quality_count{pool="fake",source="client"} 1' in (await router.exposition()).decode()
    (row,) = await scene.rows()
    lines = (tmp_path / "decisions.jsonl").read_bytes().splitlines()
    (told,) = [feedback_of(line) for line in lines if is_feedback(line)]
    assert told == Feedback(told.time, row.facts.id, 1.0, "client", "good", row.route, "fake")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"decision": "dec_0", "score": 1}, 404, "decision_not_found"),
        ({"decision": "dec_0"}, 400, "invalid_feedback"),
        ({"decision": "d" * 5000, "score": 1}, 413, "request_too_large"),
    ],
)
async def test_what_is_refused(scene: Scene, body: dict[str, Any], status: int, code: str) -> None:
    """In the words of the API."""
    router = await scene.open(await scene.engine())
    got, answer, _ = await post(router, "/v1/feedback", body)
    assert (got, answer["error"]["code"]) == (status, code)
    assert set(answer["error"]) == {"message", "type", "param", "code"}


async def test_nobody_judges_what_another_asked(scene: Scene) -> None:
    """A decision of another tenant is as one that does not exist."""
    router = await scene.open(await scene.engine(), keys=KEYS)
    _, _, decision = await post(router, "/v1/chat/completions", ASK, "key-a")
    body = {"decision": decision, "score": 0.0}
    assert (await post(router, "/v1/feedback", body))[0] == 401
    assert (await post(router, "/v1/feedback", body, "key-b"))[0] == 404
    assert (await post(router, "/v1/feedback", body, "key-a"))[0] == 200


async def test_nothing_waits_to_be_judged(scene: Scene) -> None:
    """Then there is no such path."""
    router = await scene.open(await scene.engine(), feedback=FeedbackConfig(most=0))
    status, answer, _ = await post(router, "/v1/feedback", {"decision": "dec_0", "score": 1})
    assert (status, answer["error"]["code"]) == (404, "not_found")


FORM = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object", "required": ["a"]}}}


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_has_the_form_that_was_asked_for(scene: Scene, stream: bool) -> None:
    """And says so by itself, streamed or not, once the client has it."""
    pool = {"abilities": ("chat", "json_schema")}
    router = await scene.open(await scene.engine(), pool=pool, feedback=FeedbackConfig(form=True))
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{router.url}/v1/chat/completions", json={**ASK, "stream": stream, "response_format": FORM}
        ) as answer,
    ):
        assert answer.status == 200
        await answer.read()
    await until(lambda: not router.gateway.in_flight)
    assert 'wrp_answer_quality_sum{pool="fake",source="form"} 1' in (await router.exposition()).decode()
