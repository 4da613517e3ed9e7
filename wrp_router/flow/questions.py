"""The words by which a flow asks something itself. The one command that has answers which no client gets."""

from __future__ import annotations

import msgspec

from wrp_policies.cascading.types import Answer
from wrp_policies.questions import Question
from wrp_policies.types import Outcome
from wrp_signals.facts import Facts, Operation, Priority


class Inquiry(msgspec.Struct, frozen=True):
    """One question, to the first of these servers of its pool that can be taken. `operation` is the dialect it is put
    in, `facts` are what the server is charged for. `formed`: the pool's servers see to the form of answers; `lined`:
    they have lines, and it stands in one; `known`: the request itself may go to this pool, so that the caller's
    credentials may, as with an attempt."""

    question: Question
    servers: tuple[str, ...]
    model: str
    operation: Operation
    facts: Facts
    formed: bool = False
    lined: bool = False
    known: bool = False


class Inquire(msgspec.Struct, frozen=True):
    """Ask all of these at the same time, and wait for room as a request of this priority would, until `until` on the
    driver's clock at the latest. Each holds a lease until its answer is here, or is too long, or the client left.
    Answered with an Inquired for each, in this order."""

    inquiries: tuple[Inquiry, ...]
    until: float
    priority: Priority = "default"


class Inquired(msgspec.Struct, frozen=True):
    """What came of one. `answer` is None where it ended otherwise than well, or cannot be read as one answer."""

    answer: Answer | None
    outcome: Outcome
