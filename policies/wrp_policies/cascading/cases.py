"""An answer that is examined by asking, and who can do that. The words; they do nothing."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec

from wrp_policies.questions import Asking
from wrp_signals.facts import Facts, RequestView

from .types import Answer, Verdict, Wanted


class Case(msgspec.Struct, frozen=True):
    """One whole answer, by a server of `pool`, to the request `view`. It is accepted from the score `bar` on: what
    cannot change that any more need not be asked."""

    facts: Facts
    view: RequestView
    wanted: Wanted
    answer: Answer
    pool: str
    bar: float


@runtime_checkable
class Examiner(Protocol):
    """A verifier that asks: the generator's verdict. `asks` are the pools beside the one that answered; `bar` and
    `tops` are as a Verifier's. It judges whole answers only, and asks nothing where it can tell without."""

    @property
    def bar(self) -> float: ...

    @property
    def tops(self) -> int | None: ...

    @property
    def asks(self) -> tuple[str, ...]: ...

    def examine(self, case: Case) -> Asking[Verdict]: ...
