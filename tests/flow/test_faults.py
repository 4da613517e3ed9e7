"""A status says whom to blame."""

from __future__ import annotations

import pytest

from wrp_policies.types import Fault
from wrp_router.flow import busy, fault_of
from wrp_router.flow.faults import never_began

BLAMED = {
    Fault.CREDENTIAL: (401, 402, 403, 429),
    Fault.HOST: (408, 500, 502, 503, 504, 529),
    Fault.REQUEST: (301, 400, 404, 409, 413, 422),
}


@pytest.mark.parametrize("fault", BLAMED)
def test_whose_fault_a_status_is(fault: Fault) -> None:
    """The engine's above 500 and where it was too slow; the key's where it says so; else the request's."""
    assert {fault_of(status) for status in BLAMED[fault]} == {fault}


def test_a_server_that_could_not_be_taken() -> None:
    """Is nobody's fault, and did not begin."""
    outcome = busy("p", "s", "m").outcome
    assert (outcome.fault, outcome.reason, never_began(outcome)) == (Fault.NONE, "busy", True)
