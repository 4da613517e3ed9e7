"""An attempt whose prompt another server computes: they are asked in order until one takes it. It knows no protocol.

On-demand forwarding (P/D-Serve, arXiv:2408.08147): whoever has too much to do says so, and the next one is asked at
once; that is no retry, for nobody did any work.
"""

from __future__ import annotations

from wrp_policies.cascading.types import Hold
from wrp_policies.types import ALONE, Attempt

from .asks import Ask
from .commands import Arrived, Failed, Flow, Prefill, Prefilled, Send
from .faults import never_began
from .rooms import Way
from .story import Story


def send(ask: Ask, story: Story, way: Way, attempt: Attempt, hold: Hold | None = None) -> Flow[Arrived | Failed]:
    """To the commit point, or as far as it is to be held; or how it failed before that, which is how the last prefill
    server did where all of them turn the prompt away. Those that failed this request before are asked last."""
    pool, avoided = attempt.pool, story.avoided
    *others, last = sorted(attempt.prefills, key=lambda server: (pool, server) in avoided)
    for server in others:
        sent = yield from _with(ask, story, way, attempt, server, hold)
        if isinstance(sent, Arrived):
            return sent
        if sent.outcome.server != server or not never_began(sent.outcome):
            return sent
        story.learn(sent.outcome)
    return (yield from _with(ask, story, way, attempt, last, hold))


def _with(ask: Ask, story: Story, way: Way, attempt: Attempt, server: str, hold: Hold | None) -> Flow[Arrived | Failed]:
    """With the help of one. Where both work at the same time it may be heard only after the sending that it failed."""
    prefilled: Prefilled | Failed | None = None
    facts, extra = story.sent(attempt.given), story.beside(attempt.given)
    if server != ALONE:
        way.planner.placed(facts, Attempt(attempt.pool, server), story.started)
        prefilled = yield Prefill(attempt, server, story.model, ask.until, facts, extra)
    sent: Arrived | Failed
    if isinstance(prefilled, Failed):
        sent = prefilled
    else:
        story.prefill = server if prefilled is not None and prefilled.fields else ""
        sent = yield Send(attempt, story.model, ask.until, facts, prefilled, hold, extra)
    if isinstance(sent, Failed):
        story.avoided |= {(attempt.pool, sent.outcome.server)}
        if sent.outcome.server == server:
            story.prefill = ""
    return sent
