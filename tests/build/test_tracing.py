"""OpenTelemetry, where it is configured."""

from __future__ import annotations

import re

import msgspec
import pytest

from tests.flow.makers import ask
from wrp_router.build.tracing import tracing_of
from wrp_router.config import Otel, Telemetry
from wrp_router.fakes.faultproxy import closed_port
from wrp_router.telemetry.known import Known
from wrp_router.zero import config_for

KNOWN = Known(frozenset(), frozenset(), frozenset(), frozenset())


def test_none_where_there_is_no_collector():
    """Then nothing of it is imported."""
    assert tracing_of(config_for({"http://a": ["m"]}, "127.0.0.1:0"), KNOWN) is None


@pytest.mark.filterwarnings("ignore")
async def test_a_trace_goes_upstream():
    """One trace a request, a span of its own for every attempt; nothing was dropped."""
    pytest.importorskip("opentelemetry.sdk", reason="NOT TESTED: pip install 'wrp-router[otel]'")
    config = config_for({"http://a": ["m"]}, "127.0.0.1:0")
    async with closed_port() as port:
        otel = Otel(f"http://127.0.0.1:{port}")
        tracing = tracing_of(msgspec.structs.replace(config, telemetry=Telemetry(otel=otel)), KNOWN)
        assert tracing is not None
        request = ask(trace="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
        first, second = tracing.upstream(request, 0), tracing.upstream(request, 1)
        assert re.fullmatch(r"00-a{32}-[0-9a-f]{16}-01", first)
        assert first != second
        assert first[:35] == second[:35]
        assert (len(tracing.watchers), tracing.dropped()) == (2, 0)
        tracing.close()
