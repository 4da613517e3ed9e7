"""Rows become metrics: each thing counted once, under labels that no client can choose."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.parser import text_string_to_metric_families

from wrp_policies.types import Ended, Fault, Outcome, Pool, Server
from wrp_router import __version__
from wrp_router.record import Refused, Row, ServerChanged
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.metrics import CONTENT_TYPE, Metrics
from wrp_router.telemetry.names import NAMES
from wrp_signals.facts import Facts, Reading

_KNOWN = Known(frozenset({"rest"}), frozenset({"small", "large"}), frozenset({"qwen3-8b"}), frozenset({"hard"}))


@pytest.fixture
def metrics(complain) -> Metrics:
    return Metrics(_KNOWN, complain)


def test_an_answer_is_counted_once_everywhere(metrics, value, make_row):
    """A stream that went well moves each of its metrics by what the row says."""
    metrics(make_row())
    here = {"pool": "small", "model": "qwen3-8b"}
    assert value("wrp_requests_total", route="rest", code="200", outcome="done", **here) == 1
    assert value("wrp_request_duration_seconds_sum", route="rest", pool="small") == 2.3
    assert value("wrp_ttft_seconds_sum", route="rest", pool="small") == 0.25
    assert value("wrp_inter_token_seconds_sum", **here) == pytest.approx(0.01)
    assert value("wrp_overhead_seconds_sum") == 0.0004
    assert value("wrp_attempts_total", pool="small", ended="done") == 1
    tokens = {way: value("wrp_tokens_total", direction=way, **here) for way in ("input", "output", "cached")}
    assert tokens == {"input": 100, "output": 201, "cached": 64}
    assert value("wrp_cost_usd_total", **here) == 0.001
    assert value("wrp_cache_requests_total", result="miss") == 1
    assert value("wrp_cache_requests_total", result="hit-exact") == 0
    assert value("wrp_signal_seconds_bucket", signal="hard", le="0.0005") == 1
    assert value("wrp_retries_total", reason="failed") is None


@pytest.mark.parametrize(
    ("changes", "code", "ending"),
    [
        ({"outcomes": ()}, "200", "done"),
        ({"outcomes": (), "status": 429}, "429", "refused"),
        ({"outcomes": (), "status": 503}, "503", "refused"),
        ({"status": 400}, "400", "refused"),
        ({"status": 503}, "503", "failed"),
        ({"status": 502}, "502", "failed"),
        ({"midstream": True}, "200", "cut"),
        ({"gone": "stream", "status": 499}, "499", "client_gone"),
        ({"status": 204}, "204", "done"),
        ({"status": 0}, "unknown", "done"),
    ],
)
def test_how_a_request_ended(metrics, value, make_row, changes, code, ending):
    """One word per request, which says whose matter it was."""
    metrics(make_row(**changes))
    here = (
        {"pool": "none", "model": "none"} if changes.get("outcomes") == () else {"pool": "small", "model": "qwen3-8b"}
    )
    assert value("wrp_requests_total", route="rest", code=code, outcome=ending, **here) == 1


def test_attempts_that_failed_are_retries(metrics, value, make_row, outcome):
    """Each attempt after the first is a retry for the reason of the one before; all of them cost."""
    timed_out = msgspec.structs.replace(outcome, ended=Ended.TIMED_OUT, fault=Fault.HOST, tokens_out=0, pool="large")
    metrics(make_row(outcomes=(timed_out, msgspec.structs.replace(outcome, quality=0.1), outcome)))
    assert value("wrp_retries_total", reason="timed_out") == 1
    assert value("wrp_retries_total", reason="quality") == 1
    assert value("wrp_attempts_total", pool="large", ended="timed_out") == 1
    assert value("wrp_attempts_total", pool="small", ended="done") == 2
    assert value("wrp_cost_usd_total", pool="large", model="qwen3-8b") == 0.001
    assert value("wrp_cost_usd_total", pool="small", model="qwen3-8b") == 0.002


def test_what_most_rows_have_nothing_of(metrics, value, make_row):
    """Savings, vetoes, cuts, and clients that leave."""
    metrics(make_row(saved=0.5, vetoes=("number: 3 != 5", "negation")))
    metrics(make_row(midstream=True, gone="stream"))
    assert value("wrp_saved_usd_total", route="rest") == 0.5
    assert value("wrp_cache_vetoes_total") == 2
    assert value("wrp_midstream_errors_total", pool="small") == 1
    assert value("wrp_client_disconnects_total", phase="stream") == 1


def test_signals_that_did_not_make_it_are_sampled(metrics, value):
    """By name and by why, of whoever reads them."""
    metrics.gauge("wrp_signal_unknown_total", lambda: {("hard", "late"): 2.0})
    assert value("wrp_signal_unknown_total", signal="hard", why="late") == 2


def test_an_answer_without_times_is_not_timed(metrics, value, make_row, outcome):
    """No first byte, no ttft; one token, no time between two; no stream, neither."""
    one = msgspec.structs.replace(outcome, tokens_out=1, tokens_in=0, tokens_cached=0, cost=0.0)
    metrics(make_row(ttft=0.0, outcomes=(one,)))
    metrics(make_row(stream=False))
    assert value("wrp_ttft_seconds_count", route="rest", pool="small") == 1
    assert value("wrp_inter_token_seconds_count", pool="small", model="qwen3-8b") == 0


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.integers(), st.text(max_size=3)),
        max_size=10,
    )
)
def test_no_client_adds_a_series(sent):
    """Whatever names and numbers come in, label values stay within what is known, and counters are numbers."""
    metrics = Metrics(_KNOWN)
    for route, pool, model, number, signal in sent:
        outcome = Outcome(pool, "s", model, Ended.DONE, tokens_in=number, tokens_out=number, cost=float("nan"))
        facts = Facts("d", "chat", model, readings={signal: Reading(True)}, unknown=(signal,))
        metrics(Row(0.0, facts, route=route, outcomes=(outcome,), status=number, cost=float("inf")))
    known = {
        "route": _KNOWN.routes,
        "pool": _KNOWN.pools,
        "model": _KNOWN.models,
        "signal": _KNOWN.signals,
        "code": {str(code) for code in range(100, 600)},
    }
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            assert sample.value >= 0
            assert all(
                sample.labels[label] in {"unknown", "none", *known[label]} for label in sample.labels.keys() & known
            )


def test_numbers_an_engine_makes_up_do_not_break_the_page(metrics, value, make_row, outcome):
    """Token counts below zero or beyond reason are not counted, and the metrics can still be read."""
    for odd in (-5, 10**400):
        metrics(
            make_row(outcomes=(msgspec.structs.replace(outcome, tokens_in=odd, tokens_out=odd, cost=float("inf")),))
        )
    assert value("wrp_tokens_total", direction="input", pool="small", model="qwen3-8b") == 0
    assert value("wrp_cost_usd_total", pool="small", model="qwen3-8b") == 0


def test_names_change_with_the_configuration_and_counts_stay(metrics, value, make_row):
    """After a reload a new route has a label of its own, an old one none any more; what was counted is still told."""
    metrics(make_row())
    metrics.know(msgspec.structs.replace(_KNOWN, routes=frozenset({"new"})))
    metrics(make_row())
    metrics(make_row(route="new"))
    count = {route: value("wrp_ttft_seconds_count", route=route, pool="small") for route in ("rest", "new", "unknown")}
    assert count == {"rest": 1, "new": 1, "unknown": 1}


def test_breakers_are_counted_by_pool_and_new_state(metrics, value):
    """Servers come and go, so they are no label here."""
    metrics(ServerChanged(0.0, "small", "a", "closed", "open", "5 in a row"))
    metrics(ServerChanged(0.0, "gone", "b", "closed", "open", "5 in a row"))
    assert value("wrp_breaker_transitions_total", pool="small", to="open") == 1
    assert value("wrp_breaker_transitions_total", pool="unknown", to="open") == 1


def test_what_is_refused_without_a_row(metrics, value):
    """Is counted by what it was answered with, and is no request of which something was decided."""
    for status in (401, 401, 431):
        metrics(Refused(0.0, status))
    assert [value("wrp_requests_refused_total", code=code) for code in ("401", "431", "404")] == [2, 1, None]
    assert not [line for line in metrics.render().splitlines() if line.startswith(b"wrp_requests_total")]


def test_who_is_taken_out_is_counted_by_why(metrics, value):
    """For failing, or for being slow; a trial that went wrong is no new ejection."""
    for event in ("failed_enough", "slow", "slow", "failed", "waited"):
        metrics(ServerChanged(0.0, "small", "a", "closed", "open", "", event))
    assert value("wrp_ejections_total", pool="small", why="failed") == 1
    assert value("wrp_ejections_total", pool="small", why="slow") == 2


def test_gauges_are_asked_when_read(metrics, value):
    """A sampled metric is absent until somebody can tell it, and is then what he says at that moment."""
    assert value("wrp_streams_active") is None
    streams = [3]
    metrics.gauge("wrp_streams_active", lambda: streams[0])
    assert value("wrp_streams_active") == 3
    streams[0] = 4
    assert value("wrp_streams_active") == 4


def test_the_fleet_is_sampled_per_server(metrics, value):
    """State, load and queue of each server as the snapshot has them."""
    slow = Server("a", in_flight=2, waiting=5, weight=0.25, limit=9)
    metrics.fleet(lambda: (Pool("small", "qwen3-8b", (slow, Server("b", up=False))),))
    assert value("wrp_server_state", pool="small", server="a") == 0.25
    assert value("wrp_server_state", pool="small", server="b") == 0
    assert value("wrp_in_flight", pool="small", server="a") == 2
    assert value("wrp_server_waiting", pool="small", server="a") == 5
    assert [value("wrp_server_limit", pool="small", server=name) for name in "ab"] == [9, 0]


def test_a_gauge_that_fails_costs_only_itself(metrics, value, kept, clock):
    """The page is served without it; the log says so, once a minute."""

    def fail() -> float:
        raise RuntimeError("no loop")

    metrics.gauge("wrp_queue_depth", fail)
    assert value("wrp_queue_depth") is None
    assert value("wrp_cache_vetoes_total") == 0
    assert len(kept.lines) == 1
    assert "wrp_queue_depth cannot be read" in kept.lines[0]


@pytest.mark.parametrize("name", ["wrp_nothing", "wrp_requests_total"])
def test_only_sampled_metrics_take_a_sample(metrics, name):
    """A name outside the table, or one that rows move, is a mistake."""
    with pytest.raises(ValueError, match=name):
        metrics.gauge(name, lambda: 1.0)


def test_build_and_configuration_are_told(metrics, value):
    """One series each; a reload replaces the configuration's."""
    metrics.config("abc")
    metrics.config("def")
    assert value("wrp_build_info", version=__version__) == 1
    assert value("wrp_config_info", hash="def") == 1
    assert value("wrp_config_info", hash="abc") is None


def test_the_page_is_all_of_the_table():
    """Every metric that is not sampled has its header from the start, and the type is the one that is written."""
    page = Metrics(Known()).render().decode()
    for name, one in NAMES.items():
        assert (f"# TYPE {name} {one.kind}\n" in page) == (not one.sampled)
    assert CONTENT_TYPE == CONTENT_TYPE_PLAIN_0_0_4


def test_what_was_left_out(metrics, value, make_row):
    """By what pressed; of most requests nothing is."""
    metrics(make_row())
    metrics(make_row(spared="lag"))
    metrics(make_row(spared="memory"))
    metrics(make_row(spared="memory"))
    assert (value("wrp_spared_total", by="lag"), value("wrp_spared_total", by="memory")) == (1, 2)


def test_who_was_turned_away(metrics, value, make_row):
    """By why, and by class; nobody else is."""
    metrics(make_row())
    metrics(make_row(status=503, outcomes=(), shed="full", priority="sheddable"))
    metrics(make_row(status=503, outcomes=(), shed="displaced", priority="sheddable"))
    metrics(make_row(status=503, outcomes=(), shed="full", priority="sheddable"))
    assert value("wrp_shed_total", **{"reason": "full", "class": "sheddable"}) == 2
    assert value("wrp_shed_total", **{"reason": "displaced", "class": "sheddable"}) == 1
    assert value("wrp_shed_total", **{"reason": "full", "class": "default"}) is None


def test_the_queue_by_class(metrics, value):
    """As whoever reads it is told."""
    metrics.gauge("wrp_queue_depth", lambda: {("critical",): 1, ("sheddable",): 7})
    assert value("wrp_queue_depth", **{"class": "critical"}) == 1
    assert value("wrp_queue_depth", **{"class": "sheddable"}) == 7


def test_what_became_of_cascades(metrics, value, make_row):
    """By route, in a closed set of words; requests that nobody verified are not counted."""
    for result in ("accepted", "escalated", "accepted", ""):
        metrics(make_row(cascade=result))
    assert value("wrp_cascade_total", route="rest", result="accepted") == 2
    assert value("wrp_cascade_total", route="rest", result="escalated") == 1
    assert value("wrp_cascade_total", route="rest", result="") is None


def test_questions_of_our_own(metrics, value, make_row, outcome):
    """Are no attempts, and cost something all the same."""
    asked = msgspec.structs.replace(outcome, tokens_in=30, tokens_out=2, cost=0.5)
    metrics(make_row(outcomes=(), inquiries=(asked, msgspec.structs.replace(asked, ended=Ended.TIMED_OUT))))
    assert value("wrp_inquiries_total", pool="small", ended="done") == 1
    assert value("wrp_inquiries_total", pool="small", ended="timed_out") == 1
    assert value("wrp_tokens_total", direction="input", pool="small", model=outcome.model) == 60
    assert value("wrp_cost_usd_total", pool="small", model=outcome.model) == 1.0
    assert not value("wrp_attempts_total", pool="small", ended="done")
