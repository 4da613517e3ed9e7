"""The table of letters is what its card says, and weighs runs of letters inside words."""

import hashlib

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import WeightsDamaged
from wrp_signals.language_table import Group, LanguageCard, Table, buckets_of, tables_of
from wrp_signals.writing import writing_of

ORDERS = (2, 3, 4, 5)
GROUP = Group("latin", ("aa", "bb", "cc"), (1, 2), 4, 0.1, 0)
WEIGHTS = np.arange(48, dtype=np.int8).reshape(16, 3)


def files(group=GROUP, data=None, **changes):
    """Reads a card and its weights, as they would lie in a folder."""
    data = WEIGHTS.tobytes() if data is None else data
    card = LanguageCard("l", "language", "l.bin", hashlib.sha256(data).hexdigest(), (group,), (), {})
    encoded = msgspec.json.encode(msgspec.structs.replace(card, **changes))
    return {"d/card.json": encoded, "d/l.bin": data}.__getitem__


def runs(text, orders):
    """The runs by their definition: within words, whose edges are letters too."""
    padded = f" {text} "
    found = [padded[at : at + size] for size in orders for at in range(len(padded) - size + 1)]
    return [run for run in found if run.strip() and " " not in (run[1:-1] if len(run) > 1 else run)]


@given(
    st.lists(st.sampled_from("ab c"), max_size=30).map("".join), st.sampled_from([(2, 3), (1,), (1, 2), ORDERS, (3, 5)])
)
def test_all_runs_within_words_are_counted(text, orders):
    """As many as by definition, equal ones in equal buckets, within the bits."""
    codes = np.array([32, *map(ord, text), 32], np.uint32)
    found, wanted = buckets_of(codes, orders, 20), runs(text, orders)
    assert len(found) == len(wanted)
    assert len(set(found.tolist())) == len(set(wanted))
    assert (found < 1 << 20).all()


def test_buckets_are_the_same_everywhere():
    """The weights were fitted to these."""
    found = buckets_of(writing_of("Où").codes, ORDERS, 15)
    assert found.tolist() == [25177, 8199, 17163, 22701, 30022, 24974]


def test_probabilities_follow_the_weights():
    """Softmax over the sum of the runs' weights by the root of their number; `among` leaves languages out."""
    codes = writing_of("ab").codes
    rows = WEIGHTS[buckets_of(codes, (1, 2), 4)].astype(float)
    powers = dict(zip(GROUP.languages, np.exp(rows.sum(0) * 0.1 / len(rows) ** 0.5), strict=True))
    first, second, _ = sorted(powers, key=powers.__getitem__, reverse=True)
    whole = sum(powers.values())
    ranked = Table(GROUP, WEIGHTS).ranked(codes)
    assert ranked == [(name, pytest.approx(powers[name] / whole, rel=1e-5)) for name in (first, second)]
    some = Table(GROUP, WEIGHTS, ("cc", "aa", "zz"))
    assert some.languages == ("aa", "cc")
    assert sum(score for _, score in some.ranked(codes)) == pytest.approx(1.0)
    assert Table(GROUP, WEIGHTS, ("bb",)).ranked(codes) == [("bb", 1.0)]
    assert Table(GROUP, WEIGHTS).sums(writing_of("").codes) == ([0.0, 0.0, 0.0], 0.1)


def test_tables_are_read_by_script():
    """Scripts none of whose languages are wanted have none."""
    assert tables_of(files(), "d/card.json").keys() == {"latin"}
    assert tables_of(files(), "d/card.json", ("de",)) == {}


@pytest.mark.parametrize(
    "group",
    [
        msgspec.structs.replace(GROUP, start=1),
        msgspec.structs.replace(GROUP, start=-1),
        msgspec.structs.replace(GROUP, bits=63),
        msgspec.structs.replace(GROUP, bits=0),
        msgspec.structs.replace(GROUP, orders=()),
        msgspec.structs.replace(GROUP, orders=(0,)),
        msgspec.structs.replace(GROUP, orders=(2, 1)),
        msgspec.structs.replace(GROUP, orders=(9,)),
        msgspec.structs.replace(GROUP, languages=()),
    ],
)
def test_cards_that_cannot_be_are_refused(group):
    """Tables outside the file, no runs, too many buckets."""
    with pytest.raises(WeightsDamaged, match="wrp train language"):
        tables_of(files(group), "d/card.json")


def test_damaged_files_are_refused():
    """Another digest, no card, no file: the message says what to run."""
    with pytest.raises(WeightsDamaged, match=r"l\.bin"):
        tables_of(files(sha256="0" * 64), "d/card.json")
    with pytest.raises(WeightsDamaged, match="wrp train language"):
        tables_of(lambda name: b"{}", "card.json")

    def missing(name):
        raise FileNotFoundError(name)

    with pytest.raises(WeightsDamaged, match="wrp train language"):
        tables_of(missing, "card.json")
