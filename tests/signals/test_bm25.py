"""Terms score by how often they occur for the length of a text, once at the least as the formula says."""

import pytest

from wrp_signals import BadPattern, BM25Spec, Message, RequestView

FILLER = "word " * 58


def read(text, **fields):
    fields = {"terms": {"refund": 1.0, "credit card": 1.0}} | fields
    return BM25Spec(**fields).build().read(RequestView("chat", "m", (Message("user", text),)))


def test_one_term_in_a_usual_text_scores_its_weight():
    """Sixty words, one of them the term: just the threshold, and a score of a half."""
    reading = read(FILLER + "refund now")
    assert (reading.value, reading.score, reading.evidence) == (True, pytest.approx(0.5), ("refund 1.00",))
    assert not read(FILLER + "refund now", terms={"refund": 0.99}).value


def test_repeating_helps_ever_less():
    """Never beyond one plus k times the weight."""
    scores = [read("refund " * n + "x " * (60 - n), threshold=3.0).score for n in (1, 2, 5, 60)]
    assert scores == sorted(scores)
    assert not read("refund " * 60, threshold=2.21).value
    assert scores[1] - scores[0] > scores[2] - scores[1] - 0.05


def test_longer_texts_need_more():
    """Unless b says that length is nothing."""
    long = FILLER * 20 + "refund"
    assert not read(long).value
    assert read(long, b=0.0).value
    assert read("refund please").score > 0.5


def test_phrases_are_words_in_a_row():
    """Whatever stands between them but words; single words of a phrase are nothing."""
    assert read("my Credit-Card!").evidence[0].startswith("credit card ")
    assert read("credit a card").score == 0.0
    assert read("card credit").score == 0.0
    both = read("refund to my credit card")
    assert len(both.evidence) == 2
    assert both.score > read("refund").score


def test_the_best_terms_are_the_evidence():
    """Five at most."""
    terms = {f"t{n}": float(n + 1) for n in range(9)}
    assert read(" ".join(terms), terms=terms).evidence[0].startswith("t8 ")
    assert len(read(" ".join(terms), terms=terms).evidence) == 5


@pytest.mark.parametrize("text", ["", "nothing of it", "re fund"])
def test_without_any_term_the_score_is_nothing(text):
    """False, zero, no evidence."""
    reading = read(text)
    assert (reading.value, reading.score, reading.evidence) == (False, 0.0, ())


def test_a_term_without_a_word_is_refused():
    """It would never be found."""
    with pytest.raises(BadPattern, match="no word"):
        BM25Spec(terms={"!?": 1.0}).build()


def test_where_chooses_what_is_read():
    """As with keywords."""
    view = RequestView("chat", "m", (Message("system", "refund"), Message("user", "hi")))
    assert not BM25Spec(terms={"refund": 1.0}).build().read(view).value
    assert BM25Spec(terms={"refund": 1.0}, where="system").build().read(view).value
