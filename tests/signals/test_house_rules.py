"""What every signal keeps, whichever it is: a new kind is held to these by being in the union."""

import random
import typing
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.attack_heads import CARD, head_files
from tests.signals.linear_heads import linear_files, path_of
from wrp_signals import (
    HashingEmbedder,
    Learns,
    Materials,
    Message,
    RequestView,
    SignalSpec,
    StateDamaged,
    Used,
    facts_of,
)
from wrp_signals.spec import EVIDENCE, LENGTH, Spec

README = Path(__file__).parents[2] / "signals" / "README.md"
EMBEDDER = HashingEmbedder(64)
FILES = (
    head_files(EMBEDDER)
    | linear_files("complexity", EMBEDDER)
    | linear_files("domain", EMBEDDER, ("a" * 300, "b", "c"))
)
MATERIALS = Materials(static=EMBEDDER, model=EMBEDDER, read_file=FILES.__getitem__)
TYPES = {"bool": bool, "string": str, "number": float}
DECLARED = [  # at least one of each kind, as YAML would say it
    {"kind": "shape"},
    {"kind": "shape", "clients": ["x"]},
    {"kind": "tokens"},
    {"kind": "keyword", "words": ["refund", "café", "北京"], "regex": [r"\d+", "e"], "where": "all"},
    {"kind": "keyword", "words": [f"w{n}" for n in range(20)], "match": "all", "where": "system"},
    {"kind": "embedding", "examples": ["I want a refund", "x" * 500], "aggregate": "max"},
    {"kind": "embedding", "examples": ["hello there"], "aggregate": "centroid", "threshold": 0.0},
    {"kind": "domain", "categories": {"a" * 300: ["one two"], "b": ["three"]}, "unknown_below": 0.5},
    {"kind": "domain", "head": path_of("domain")},
    {"kind": "complexity", "head": path_of("complexity")},
    {"kind": "keyword", "words": ["refund", "cancellation", "北京"], "fuzzy": 2, "match": "all", "where": "all"},
    {"kind": "bm25", "terms": {"refund": 2.0, "w1 w1": 0.5, "w1": 1.0}, "where": "all"},
    {"kind": "turn"},
    {"kind": "session"},
    {"kind": "phase", "prefill": 1.0},
    {"kind": "output", "quantile": 0.9},
    {"kind": "warmth", "blocks": 128},
    {"kind": "schedule", "windows": ["mon-fri 22:00-06:00"], "zone": "UTC"},
    {"kind": "load", "pool": "p"},
    {"kind": "header", "name": "X-Title"},
    {"kind": "header", "name": "user-agent", "groups": {"c" * 300: ["cline*"]}},
    {"kind": "tenant", "groups": {"mine": ["local"]}},
    {"kind": "instructions"},
    {"kind": "instructions", "groups": {"mine": ["w1*", "é w1 é w1"]}},
    {"kind": "pii"},
    {"kind": "pii", "types": ["mild", "EMAIL_ADDRESS"], "min_score": 0.7, "where": "all", "names": True},
    {"kind": "language"},
    {"kind": "language", "among": ["en", "de", "ja"], "unknown_below": 0.9},
    {"kind": "feedback", "lookback": 20},
    {"kind": "fact_check", "threshold": 0.7},
    {"kind": "modality"},
    {"kind": "jailbreak", "head": CARD},
    {"kind": "smuggling", "at_least": 2},
]
HOSTILE = [
    "",
    " ",
    "\0",
    "\ud800",
    "a" * 1_000_000,
    "é w1 " * 50_000,
    "🙂" * 1000,
    "\u202eevil\u200b",
    "w1 " * 9,
    "{" * 99,
]
KINDS = [struct.__struct_config__.tag for struct in typing.get_args(SignalSpec)]
SIGNALS = {f"{n}-{d['kind']}": msgspec.convert(d, SignalSpec).build(MATERIALS) for n, d in enumerate(DECLARED)}

LEARNERS = {n: DECLARED[int(n.split("-")[0])] for n, signal in SIGNALS.items() if isinstance(signal, Learns)}
BYTES = 4_000_000
"""What a learned state may take."""

COUNT = 20_000
"""Answers that learners are taught: some ten times what they may remember."""


def views():
    """Views that a client could send, and some that none should."""
    yield RequestView("chat", "", ())
    yield RequestView("embedding", "m", (Message("", ""),), size=-1, n=0)
    for text in HOSTILE:
        yield RequestView("chat", "m", (Message("user", text),), tools=(text[:300],) * 50, size=10**9)
        yield RequestView("messages", "m", (Message("system", text), Message("tool", text, 3), Message("user", "hi")))
    headers = {"user-agent": "cline " * 1000, "x-title": "\ud800"}
    yield RequestView("responses", "m", (Message("user", "x", 0, 10**6, 10**6),) * 500, headers=headers)


def check(signal, view):
    """One reading, held to every rule."""
    vector = EMBEDDER.embed([view.asked()])[0]
    before = (view.messages, dict(view.headers), vector.copy())
    reading = signal.read(view, vector)
    assert type(reading.value) is TYPES[signal.value_type]
    assert 0.0 <= reading.score <= 1.0
    assert len(reading.evidence) <= EVIDENCE
    assert all(type(line) is str and len(line) <= LENGTH for line in reading.evidence)
    assert signal.read(view, vector) == reading
    assert (view.messages, view.headers) == before[:2]
    assert np.array_equal(vector, before[2])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_held_to_these_rules(kind):
    """A kind in the union without a declaration here is a mistake."""
    assert kind in {declared["kind"] for declared in DECLARED}


@pytest.mark.parametrize("name", SIGNALS)
def test_hostile_views_get_a_lawful_reading(name):
    """The type it promises, a score within [0, 1], bounded evidence, the same twice, and inputs untouched."""
    for view in views():
        check(SIGNALS[name], view)


@pytest.mark.parametrize("name", SIGNALS)
@given(st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=50))))
def test_any_conversation_gets_a_lawful_reading(name, messages):
    """Conversations of any roles and texts."""
    check(SIGNALS[name], RequestView("chat", "m", tuple(messages)))


@pytest.mark.parametrize("name", SIGNALS)
def test_costs_order_evaluation(name):
    """Every signal says what it costs, below a millisecond."""
    assert 0 < SIGNALS[name].expected_cost < 1e-3


@pytest.mark.parametrize("struct", typing.get_args(SignalSpec))
def test_declarations_are_frozen_strict_and_tell_what_they_give(struct):
    """Unknown keys are refused; type and need of a vector are known before anything is built."""
    assert issubclass(struct, Spec)
    assert struct.__struct_config__.frozen
    assert struct.__struct_config__.forbid_unknown_fields
    signal = next(s for n, s in SIGNALS.items() if n.endswith(struct.__struct_config__.tag))
    assert (struct.value_type, struct.wants_vector) == (signal.value_type, signal.tier != "none")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_row_of_the_readme(kind):
    """The table says what it reads, costs and is worth."""
    assert f"| `{kind}` |" in README.read_text(encoding="utf-8")


def learner(name):
    """One that has learned nothing."""
    return msgspec.convert(LEARNERS[name], SignalSpec).build(MATERIALS)


def answers(count, seed):
    """Requests as many clients send them, and what engines, some of them liars, reported of them."""
    draw = random.Random(seed)
    said = (0, 1, 7, 300, 5_000, -3, 2**40, 10**30)
    for number in range(count):
        text = f"{draw.random()} " * draw.choice((1, 3, 60))
        messages = (Message("system", f"app {draw.randrange(50_000)}"), Message("user", text))
        model, most = f"m{draw.randrange(3_000)}", draw.choice((None, 0, -1, 100, 10**20))
        view = RequestView("chat", model, messages, max_tokens=most, tenant=f"t{number % 7}", time=float(number))
        yield view, Used(draw.choice(said), draw.choice(said), draw.choice(said), draw.choice(("", model, "\ud800")))


@pytest.mark.parametrize("name", LEARNERS)
def test_what_is_learned_is_bounded_and_lawful(name):
    """Whatever engines report: readings keep the rules, the state stays small, and comes back the same."""
    signal = learner(name)
    for view, used in answers(COUNT, 1):
        signal.learn(view, facts_of(view, "", 0), used)
    kept = signal.state()
    assert len(kept) < BYTES
    again = learner(name)
    again.restore(kept)
    assert again.state() == kept
    for view in [*views(), *(view for view, _ in answers(50, 2))]:
        check(signal, view)
        assert again.read(view, None) == signal.read(view, None)


@pytest.mark.parametrize("name", LEARNERS)
def test_reading_teaches_nothing(name):
    """Only `learn` changes the state."""
    signal = learner(name)
    before = signal.state()
    for view in views():
        signal.read(view, None)
    assert signal.state() == before


@pytest.mark.parametrize("name", LEARNERS)
@given(st.binary(min_size=1, max_size=60))
def test_damaged_state_is_refused_whole(name, damaged):
    """StateDamaged for any bytes that no `state` gave, and what was known stays; no bytes forget everything."""
    signal = learner(name)
    for view, used in answers(5, 3):
        signal.learn(view, facts_of(view, "", 0), used)
    before = signal.state()
    for state in (damaged, before[:-1], before + b"x", msgspec.msgpack.encode({"kind": "other"})):
        with pytest.raises(StateDamaged):
            signal.restore(state)
    assert signal.state() == before
    signal.restore(b"")
    assert signal.state() == learner(name).state()
