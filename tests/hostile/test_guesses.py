"""Guessing keys: constant words, then 429, by who guesses; a right key is served all the while."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hostile.trial import Trial, assert_error
from tests.hostile.wire import CANARY, post
from wrp_router.config.clients import Clients
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig

pytestmark = pytest.mark.fault("S2")

MOST = 5
KEYS: dict[str, Any] = {"keys": (KeyConfig(tenant="canary", key=Secret(CANARY)),)}
FEW = {**KEYS, "clients": Clients(wrong_keys=MOST)}
PROXIED = {**KEYS, "clients": Clients(wrong_keys=MOST, proxies=("127.0.0.1",))}


def guess(number: int, *lines: bytes) -> bytes:
    """A wrong key, as long as the right one."""
    return post(*lines).replace(CANARY.encode(), b"sk-wrong-%016d" % number)


@pytest.mark.parametrize("changes", [FEW], indirect=True, ids=["few"])
async def test_many_guesses(trial: Trial):
    """The first ones are told that they are wrong, all with the same words; the others to come back later, on a
    connection that ends. The right key is right before, between and after."""
    replies = []
    for number in range(4 * MOST):
        heard = await trial.probe(guess(number), most=0)
        replies.append(heard.replies[0])
        assert_error(heard.replies[0], "/v1/chat/completions")
        if number % MOST == 0:
            await trial.serves()
    assert [reply.status for reply in replies] == [401] * MOST + [429] * 3 * MOST
    assert len({reply.body for reply in replies}) == 2
    assert all(1 <= int(reply.headers["retry-after"]) <= 60 for reply in replies[MOST:])
    assert all(reply.headers["connection"] == "close" for reply in replies[MOST:])


@pytest.mark.parametrize("changes", [FEW], indirect=True, ids=["few"])
async def test_no_key_is_no_guess(trial: Trial):
    """A browser that was sent to the wrong place is told so, however often."""
    for _ in range(3 * MOST):
        await trial.refuses(post().replace(b"authorization: Bearer " + CANARY.encode() + b"\r\n", b""), 401)


@pytest.mark.parametrize("changes", [PROXIED], indirect=True, ids=["proxied"])
async def test_guesses_behind_a_proxy(trial: Trial):
    """They are counted by whom the proxy names; what its client says of itself is not believed."""
    for number in range(MOST + 2):
        said = f"x-forwarded-for: 203.0.113.{number}, 198.51.100.1".encode()
        status = 401 if number < MOST else 429
        await trial.refuses(guess(number, said), status)
    await trial.refuses(guess(0, b"x-forwarded-for: 198.51.100.2"), 401)


@pytest.mark.parametrize("changes", [KEYS], indirect=True, ids=["default"])
async def test_guesses_by_default(trial: Trial):
    """No engine hears of one, and beyond the bound each costs a connection."""
    statuses, dialled = list[int](), 1
    line = await trial.dial()
    while len(statuses) < 200:
        await line.send(guess(len(statuses)))
        reply = await line.reply()
        if reply is None:
            line, dialled = await trial.dial(), dialled + 1
        else:
            statuses.append(reply.status)
    assert statuses == [401] * 30 + [429] * 170
    assert (dialled, trial.asked) == (170, 0)
    await trial.serves()
