"""From routes and pools to ways."""

from __future__ import annotations

from tests.build.written import config, config_of
from wrp_router.build import assemble


def test_a_way_waits_as_long_as_its_most_patient_pool():
    """Five seconds by default, none where a pool says so."""
    route = "routes: [{{name: r, use: {{kind: static, pools: [{}]}}, cache: false}}]\n"
    rooms = assemble(config(route.format("large"))).rooms
    assert (rooms.ways[0].queue, rooms.ways[0].cache) == (0.0, False)
    assert assemble(config(route.format("large, small"))).rooms.ways[0].queue == 5.0


ADAPTERS = """\
version: 1
pools:
  - {name: one, model: m, servers: [http://a], adapters: [sql, law-*]}
  - {name: two, model: m, servers: [http://b], adapters: [law-eu, med]}
  - {name: none, model: n, servers: [http://c]}
"""


def test_adapters_lead_to_the_pools_that_have_them():
    """In the order written, whether they are named or begin as they should; many share a way."""
    rooms = assemble(config_of(ADAPTERS)).rooms
    names = {name: rooms.way_of(name) for name in ("sql", "law-us", "law-eu", "med", "m", "law", "auto-x")}
    found = {name: (way.name, way.pools, way.as_asked) for name, way in names.items() if way is not None}
    assert found == {
        "sql": ("adapters:one", ("one",), True),
        "law-us": ("adapters:one", ("one",), True),
        "law-eu": ("adapters:one+two", ("one", "two"), True),
        "med": ("adapters:two", ("two",), True),
        "m": ("model:m", ("one", "two"), False),
    }
    assert names["sql"] is names["law-us"]
