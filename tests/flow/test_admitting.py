"""Of which requests the cache keeps no answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import arrived, ask, cache, delivered, play, rooms, row_of
from wrp_cache import Cache
from wrp_policies.when import compile as compile_when
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import ClientGone, Read, Relay, Send
from wrp_signals.facts import Reading
from wrp_signals.signal import ValueType

SCHEMA: dict[str, ValueType] = {"pii": "bool", "jailbreak": "bool"}
UNLESS = compile_when("pii || jailbreak", SCHEMA)


def asking(kept: Cache, unless: Any = UNLESS, **changes: Any) -> Playbook:
    """A flow whose engine has answered; the cheaper signal is `pii`."""
    costs = {"pii": 1e-6, "jailbreak": 1e-3}
    book = play(ask(), rooms(cache=kept, costs=costs, unless=unless))
    return book << Send >> arrived() << expect(Relay, record=True) >> delivered(**changes)


@pytest.mark.parametrize(
    ("pii", "jailbreak", "kept"),
    [(False, False, 1), (True, None, 0), (False, True, 0), (False, "absent", 0), ("absent", True, 0)],
)
def test_only_what_nothing_speaks_against(pii: Any, jailbreak: Any, kept: int) -> None:
    """Signals are read after the client has its answer, the cheaper first, while it matters; unknown is not welcome."""
    made = cache()
    book = asking(made)
    for name, value in (("pii", pii), ("jailbreak", jailbreak)):
        if value is not None:
            said = {} if value == "absent" else {name: Reading(value)}
            book << expect(Read, signals=(name,), patience=0.25) >> said
    row = row_of(book)
    assert (row.status, row.error, len(made)) == (200, "", kept)


def test_nothing_is_read_for_an_answer_that_is_not_kept_anyway() -> None:
    """A cut one."""
    made = cache()
    row_of(asking(made, outcome={"finish_reason": "length"}))
    assert len(made) == 0


def test_facts_alone_may_decide() -> None:
    """Then nothing is read at all."""
    made = cache()
    row_of(asking(made, compile_when("tenant == 'local'", SCHEMA)))
    assert len(made) == 0


def test_a_client_that_leaves_meanwhile_has_its_answer() -> None:
    """It is not kept, and the row says nothing of it."""
    made = cache()
    row = row_of(asking(made) << Read >> Throw(ClientGone("relay", None)))
    assert (row.status, row.gone, len(made)) == (200, "", 0)
