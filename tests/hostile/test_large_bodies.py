"""Large bodies that are sent all at once, or left half sent: memory is bounded, and who asks for little is served."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hostile.conftest import GUARDED
from tests.hostile.trial import Trial, assert_error
from tests.hostile.wire import ASK, CANARY, Line, post
from tests.live.scene import until
from wrp_router.config.bounds import Limits
from wrp_router.config.clients import Clients
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig
from wrp_router.live.bodies import SHARES, TooMuchAtOnce, room
from wrp_router.live.visit import Visit

OTHER = "sk-another-0123456789abcdef"
LONG = 150_000
PIECE = 1000
BOUNDED: dict[str, Any] = {
    "keys": (*GUARDED["keys"], KeyConfig(tenant="other", key=Secret(OTHER))),
    "limits": Limits(body=LONG + len(ASK)),
    "clients": Clients(bodies=2 * LONG + 200_000),
}

pytestmark = [
    pytest.mark.fault("U4"),
    pytest.mark.parametrize("changes", [BOUNDED], indirect=True, ids=["bounded"]),
]


def asked(key: str = CANARY) -> bytes:
    """A request as long as is allowed, by whom the key is."""
    return post(body=ASK + b" " * LONG).replace(CANARY.encode(), key.encode())


async def half_sent(trial: Trial, key: str = CANARY) -> Line:
    """All but the last byte of a long one, which the router has read."""
    before, line = trial.router.gateway.bodies.here, await trial.dial()
    await line.send(asked(key)[:-1])
    await until(lambda: trial.router.gateway.bodies.here >= before + LONG - 1)
    return line


async def refused(line: Line) -> None:
    """With 503, in the dialect, and when to come again; then the connection ends."""
    heard = await line.converse()
    assert (heard.statuses, heard.closed) == ([503], True)
    assert_error(heard.replies[0], "/v1/chat/completions")
    assert b'"too_many_bytes"' in heard.replies[0].body
    assert heard.replies[0].headers["retry-after"] == "1"


async def test_too_many_of_one_tenant(trial: Trial):
    """The second is refused while the first is half sent; small ones, and another tenant's large one, are answered; and
    the first too, when it is whole. Then there is room again."""
    first, second = await half_sent(trial), await trial.dial()
    await second.send(asked())
    await refused(second)
    small, others = await trial.dial(), await trial.dial()
    await small.send(post())
    await others.send(asked(OTHER))
    await first.send(b" ")
    for line in (small, others, first):
        reply = await line.reply()
        assert reply is not None
        assert reply.status == 200
    await until(lambda: not trial.router.gateway.bodies.here)
    await first.send(asked())
    reply = await first.reply()
    assert reply is not None
    assert reply.status == 200
    assert trial.router.gateway.bodies.refused == 1


async def test_who_is_refused_makes_room(trial: Trial):
    """At once, for others that are read in the same moment: of many that come in step not all are refused."""
    bodies, state = trial.router.gateway.bodies, trial.router.gateway.state
    most = room(state.clients.bodies, state.rooms.pressure.spec.memory)
    visits = [Visit(state, None) for _ in range(4)]  # type: ignore[arg-type]
    fates = dict.fromkeys(range(4), 0)
    for _ in range(LONG // PIECE):
        for number, visit in enumerate(visits):
            if fates[number] >= 0:
                try:
                    visit.receive(PIECE, bodies)
                    fates[number] += PIECE
                except TooMuchAtOnce:
                    fates[number] = -1
    whole = [visit for number, visit in enumerate(visits) if fates[number] >= 0]
    assert len(whole) == most // SHARES // LONG
    assert bodies.here == sum([visit.counted for visit in whole]) == len(whole) * (LONG // PIECE * PIECE)
    for visit in whole:
        bodies.leave(visit.tenant, visit.counted)
    assert not bodies.here


async def test_who_leaves_gives_back(trial: Trial):
    """Of half a body, what had come of it."""
    line = await half_sent(trial)
    line.close()
    await until(lambda: not trial.router.gateway.bodies.here)


async def test_it_is_said_in_metrics(trial: Trial):
    """What is here, and what was refused."""
    line = await half_sent(trial)
    metrics = trial.router.metrics.render().decode()
    assert f"wrp_bodies_bytes {float(trial.router.gateway.bodies.here)}" in metrics
    assert "wrp_bodies_refused_total 0.0" in metrics
    line.close()
