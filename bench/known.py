"""All that is known of a request before it goes anywhere, worked out again and again, without a gateway around it.

`python bench/known.py ROW REQUESTS` decodes a chat request of 1 KB, finds its session, its view and its facts, and
reads every signal of the row "request shape + keyword + PII + tokens" in `bench/signals.py`. `personal` has an address
and a number in it, `signals` has neither.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

sys.path.append(str(Path(__file__).parents[1]))  # behind a checkout that somebody names

from bench import signal_costs as costs
from wrp_router.wire.body import decode
from wrp_router.wire.session import session_of
from wrp_router.wire.view import view_of
from wrp_signals import Calibration, Materials, Reading, Signal, facts_of

ROWS = ("signals", "personal")
HEADERS = {"user-agent": "openai-python/3.52", "content-type": "application/json", "authorization": "Bearer sk-bench"}
ALLOWED = {"user-agent": HEADERS["user-agent"]}
SECRET = b"nobody's"


def asked(row: str) -> bytes:
    """The request as it comes."""
    contact = costs.CONTACT if row == "personal" else ""
    text = (contact + costs.SENTENCE * (1_000 // len(costs.SENTENCE) + 1))[:1_000]
    system, _ = costs.view(0).messages
    messages = ({"role": "system", "content": system.text}, {"role": "user", "content": text})
    return msgspec.json.encode({"model": "auto", "messages": messages})


def declared() -> list[Signal]:
    """Those of the row, declared as there."""
    return [costs.declared(kind, "").build(Materials()) for kind in costs.REQUEST if kind in costs.KINDS]


def known(raw: bytes, signals: Sequence[Signal], calibration: Calibration) -> list[Reading]:
    """What a router works out of it before it chooses: what the signals say, in their order."""
    body = decode("chat", raw)
    session = session_of(HEADERS, body, tenant="local", secret=SECRET)
    view = view_of(body, tenant="local", session=session, headers=ALLOWED, time=1.8e9)
    facts_of(view, "id", calibration.tokens(view))
    return [signal.read(view, None) for signal in signals]


def main(argv: list[str]) -> int:
    row, count = argv
    raw, built, calibration = asked(row), declared(), Calibration()
    for _ in range(int(count)):
        known(raw, built, calibration)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
