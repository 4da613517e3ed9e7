"""The table of letters is learned from statistics, reproducibly, and is what the signal reads."""

import pytest

from tests.signals.training.packed_words import wheel
from wrp_signals import LanguageSpec, Materials, Message, RequestView, SignalError
from wrp_signals.training.language import PLANS, Plan, built, train

pytest.importorskip("brotli")
pytest.importorskip("sklearn")

ENGLISH = "the house and garden where children play with their father after school every summer morning"
GERMAN = "das haus und der garten wo kinder mit ihrem vater nach der schule jeden sommer morgen spielen"
RUSSIAN = "дом и сад где дети играют с отцом после школы каждое летнее утро"
UKRAINIAN = "дім і сад де діти грають з батьком після школи кожного літнього ранку"
PLANS_OF_TWO = (
    Plan("latin", ("de", "en"), (2, 3, 4), 10),
    Plan("cyrillic", ("ru", "uk"), (2, 3), 8),
    Plan("han", ("ja", "zh"), (1,), 12, 2),
)


@pytest.fixture
def statistics(tmp_path):
    return wheel(
        tmp_path,
        de=GERMAN.split(),
        en=ENGLISH.split(),
        ru=RUSSIAN.split(),
        uk=UKRAINIAN.split(),
        ja=list("のはをに国人会"),
        zh=list("的國是在人不"),
    )


def test_what_was_learned_is_read(tmp_path, statistics):
    """Card and weights, by the signal; twice the same."""
    told = []
    out = tmp_path / "out"
    card = built(PLANS_OF_TWO, statistics, out, lambda what, share: told.append((what, share)), 0.02)
    again = built(PLANS_OF_TWO, statistics, tmp_path / "again", lambda what, share: None, 0.02)
    assert card == again
    assert told[-1] == ("done", 1.0)
    assert card.report["held_out"]["latin"]["accuracy"] > 0.9
    files = Materials(read_file=lambda name: (out / name).read_bytes())
    signal = LanguageSpec(table="language-card.json").build(files)
    for text, language in (("where children play", "en"), ("kinder spielen mit ihrem vater", "de"), ("где дом", "ru")):
        assert signal.read(RequestView("chat", "m", (Message("user", text),))).value == language
    for text, language in (("讨论这个", "zh"), ("のはに", "ja")):
        assert signal.read(RequestView("chat", "m", (Message("user", text),))).value == language


def test_every_language_stands_in_one_plan():
    """Sixty or more of them share a script."""
    names = [name for plan in PLANS for name in plan.languages]
    assert len(names) == len(set(names)) == 64


def test_without_statistics_it_says_what_to_get(tmp_path):
    """The wheel of lingua 1.3.5."""
    with pytest.raises(SignalError, match="pip download"):
        train(tmp_path, tmp_path, None, lambda what, share: None)
