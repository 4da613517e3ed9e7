"""Who a router is with."""

from __future__ import annotations

import pytest

from tests.live.kin import Kin
from tests.live.scene import config
from wrp_router.build.company import Company
from wrp_router.live.listening import listen
from wrp_router.telemetry.tally import Tally, packed


def test_sockets():
    """New ones where the configuration says, or those that are there already."""
    made = config("http://127.0.0.1:1", admin="127.0.0.1:0")
    api, admin = Company().open(made)
    assert admin is not None
    with api, admin:
        assert api.getsockname() != admin.getsockname()
        assert Company(sockets=(api, None)).open(made) == (api, None)


def test_the_second_address_cannot_be_had():
    """Then the first is let go."""
    with listen("127.0.0.1", 0) as taken:
        made = config("http://127.0.0.1:1", admin=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(OSError, match="in use"):
            Company().open(made)


async def test_what_all_counted():
    """Ours, and theirs."""
    family: list[Kin] = []
    one, other = Kin(family), Kin(family)

    async def counted(asked: bytes) -> bytes:
        return packed(Tally({"c": {(): 2.0}}))

    other.answer("tally", counted)
    assert (await Company(one).counted(packed(Tally({"c": {(): 1.0}})))).counts == {"c": {(): 3.0}}


def test_files_of_its_own():
    """The first has the name that is configured."""
    family: list[Kin] = []
    assert [Company(Kin(family)).suffix for _ in range(3)] == ["", ".1", ".2"]
    assert Company().suffix == ""
