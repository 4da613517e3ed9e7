"""A prompt is warm where it begins like one that was answered lately; hashes are forgotten by age and number."""

import pytest

from wrp_signals import Materials, Message, RequestView, StateDamaged, Used, WarmthSpec, facts_of

SECRET = Materials(secret=b"k" * 32)


def asked(text, time=1_000.0, tenant="local"):
    return RequestView("chat", "auto", (Message("user", text),), time=time, tenant=tenant)


def text(name, blocks=10):
    return f"{name:>16}" * (32 * blocks)


def served(signal, view, model="m"):
    signal.learn(view, facts_of(view, "", 0), Used(model=model))
    return signal


def test_a_prompt_that_was_answered_is_warm_and_its_continuation_as_far_as_it_goes():
    """The score is the share of leading blocks; the evidence says how many, and which model has them."""
    signal = served(WarmthSpec().build(SECRET), asked(text("a")))
    again, longer, other = signal.read(asked(text("a"))), asked(text("a") + text("b", 30)), asked(text("c"))
    assert (again.value, again.score, again.evidence) == ("warm", 1.0, ("10 of 10 blocks", "m"))
    reading = signal.read(longer)
    assert reading.value == "cold"
    assert reading.score == pytest.approx(0.25)
    assert WarmthSpec(share=0.2).build().read(longer).value == "cold"
    assert signal.read(other).score == 0.0


def test_what_only_looks_alike_later_is_cold():
    """Caches share beginnings: the same text behind another first block is no use."""
    signal = served(WarmthSpec().build(), asked(text("a")))
    assert signal.read(asked("x" + text("a"))).score == 0.0


def test_a_prompt_shorter_than_a_block_is_cold():
    """There is nothing to share."""
    signal = served(WarmthSpec().build(), asked("hello"))
    assert signal.read(asked("hello")).evidence == ("shorter than a block",)


def test_what_was_seen_long_ago_is_cold():
    """After `keep` seconds; another answer keeps it warm."""
    signal = served(WarmthSpec(keep=60).build(), asked(text("a"), 1_000.0))
    assert signal.read(asked(text("a"), 1_060.0)).value == "warm"
    assert signal.read(asked(text("a"), 1_061.0)).value == "cold"
    served(signal, asked(text("a"), 1_050.0), "other")
    assert signal.read(asked(text("a"), 1_061.0)).evidence[1] == "other"


def test_tenants_learn_nothing_of_each_other_unless_allowed():
    """Where it goes must not tell whether somebody else asked the like."""
    apart = served(WarmthSpec().build(SECRET), asked(text("a"), tenant="one"))
    assert apart.read(asked(text("a"), tenant="two")).value == "cold"
    assert apart.read(asked(text("a"), tenant="one")).value == "warm"
    together = served(WarmthSpec(across_tenants=True).build(SECRET), asked(text("a"), tenant="one"))
    assert together.read(asked(text("a"), tenant="two")).value == "warm"


def test_the_secret_keys_the_hashes():
    """What one process kept says nothing to another with another secret."""
    one, other = served(WarmthSpec().build(SECRET), asked(text("a"))), WarmthSpec().build()
    other.restore(one.state())
    assert other.read(asked(text("a"))).value == "cold"


def test_the_oldest_are_forgotten_first():
    """Half as many blocks as are allowed are always kept."""
    signal = WarmthSpec(blocks=128).build()
    for number in range(40):
        served(signal, asked(text(f"n{number}")))
        assert signal.read(asked(text(f"n{number}"))).value == "warm"
    assert signal.read(asked(text("n34"))).value == "warm"
    assert signal.read(asked(text("n3"))).value == "cold"


def test_the_state_comes_back_and_fits_where_it_comes_to():
    """A smaller memory takes up the younger half, or nothing."""
    signal = WarmthSpec().build(SECRET)
    for number in range(20):
        served(signal, asked(text(f"n{number}"), time=1_000.0 + number))
    again, small = WarmthSpec().build(SECRET), WarmthSpec(blocks=128).build(SECRET)
    again.restore(signal.state())
    assert again.read(asked(text("n1"), 1_500.0)) == signal.read(asked(text("n1"), 1_500.0))
    small.restore(signal.state())
    assert small.read(asked(text("n1"), 1_500.0)).value == "cold"
    with pytest.raises(StateDamaged):
        again.restore(b"warmth")
