"""The static tier: checked before loading, unit rows, one text one vector, bounded work, whatever the text."""

import threading

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import BadVector, WeightsDamaged
from wrp_signals.card import weights
from wrp_signals.static import (
    FIRST,
    LAST,
    PIECE,
    PIECES,
    SHORT,
    STATIC_CARD,
    STRANGE,
    WORDS,
    Entries,
    StaticEmbedder,
    static_card,
    static_embedder,
)

ENTRIES = ["", "play", "chess", "##ing", "##s", "un", "##do", "play chess", "a"]
INDEX = Entries(ENTRIES)
TABLE = np.eye(len(ENTRIES), dtype=np.int8)
TEXTS = st.text(st.characters(codec=None, categories=None), max_size=300)


def tiny(table=TABLE, entries=ENTRIES):
    """An embedder whose vectors show which rows were added, each with its scale."""
    return StaticEmbedder("static-tiny", entries, table, np.arange(1, len(table) + 1, dtype=np.float32))


@pytest.fixture(scope="module")
def static():
    """The table that ships."""
    return static_embedder()


def test_a_vector_is_the_scaled_sum_of_its_rows():
    """Words and pairs count, each by its scale, at length 1."""
    row = tiny().embed(["Play chess!"])[0]
    expected = np.zeros(len(ENTRIES), np.float32)
    expected[[1, 2, 7]] = [2, 3, 8]
    assert np.allclose(row, expected / np.linalg.norm(expected))


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("🙂 ??", []),
        ("plays", ["play", "##s"]),
        ("PLAYING chess chess", ["chess", "chess", "play", "##ing"]),
        ("undoing", ["un", "##do", "##ing"]),
        ("xplay", []),
        ("doing", ["##ing"]),
        ("play, chess", ["play", "chess", "play chess"]),
    ],
)
def test_the_rows_of_a_text(text, entries):
    """Words, then pieces of words that are not there, then pairs."""
    assert INDEX.rows(text) == [ENTRIES.index(entry) for entry in entries]


def test_a_word_has_few_pieces():
    """A long word is taken apart so far and no further."""
    assert len(INDEX.pieces("play" + "s" * 1000)) == PIECES


def by_trying(words, continued, word):
    """The rows of a word's longest pieces by trying every length at every place."""
    found, known, start = [], words, 0
    while start < len(word) and len(found) < PIECES:
        lengths = [size for size in range(PIECE, 0, -1) if start + size <= len(word)]
        piece = next((word[start : start + size] for size in lengths if word[start : start + size] in known), "")
        found += [known[piece]] if piece else []
        start += len(piece) or 1
        known = continued
    return found


@given(
    st.lists(st.text("aéb", min_size=1, max_size=14), unique=True, max_size=12),
    st.lists(st.text("aéb", min_size=1, max_size=14), unique=True, max_size=12),
    st.text("aébc", max_size=40),
)
def test_pieces_are_the_longest(words, continued, word):
    """Short ones and long ones, whatever else begins like them."""
    entries = Entries(["", *words, *[f"##{piece}" for piece in continued]])
    rows = {piece: row for row, piece in enumerate(words, 1)}
    assert entries.pieces(word) == by_trying(
        rows, {piece: row for row, piece in enumerate(continued, len(words) + 1)}, word
    )


def test_few_strange_words_are_taken_apart():
    """The rest of them is passed over; known words are not."""
    rows = INDEX.rows("plays " * 1000 + "chess")
    assert len(rows) == 2 * STRANGE + 1


def test_words_beyond_the_bound_do_not_count():
    """A window full of one-letter words is cut."""
    assert len(INDEX.rows("a " * ((FIRST + LAST) // 2))) == WORDS


def test_the_window_is_beginning_and_end():
    """What stands between changes nothing; what stands before and after does."""
    begin, end = "play " * (FIRST // 5 + 1), " chess" * (LAST // 6 + 1)
    embedder = tiny()
    one, two, three = embedder.embed([begin + "un" + end, begin + "un un un undo" * 50 + end, begin + " un" * FIRST])
    assert np.array_equal(one, two)
    assert not np.allclose(one, three)


def test_many_rows_give_what_one_by_one_gives():
    """Counting equal rows first is only faster."""
    short = tiny().embed(["play chess a"])[0]
    long = tiny().embed(["play chess a. " * SHORT])[0]
    assert np.allclose(long, tiny().embed(["play chess a. " * 20])[0], atol=1e-3)
    assert short @ long > 0.9


def test_rows_that_cancel_out_give_the_empty_texts_vector():
    """Never a zero vector."""
    table = np.array([[1, 0], [0, 5], [0, -5]], np.int8)
    embedder = StaticEmbedder("static-x", ["", "yes", "no"], table, np.ones(3, np.float32))
    assert embedder.embed(["yes no", ""]).tolist() == [[1.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize("entries", [[], ["play"], ["", "a"], ["", "a", "a"]])
def test_words_that_do_not_fit_the_table_are_refused(entries):
    """Too few, too many, twice the same, or no empty one."""
    with pytest.raises(WeightsDamaged, match="static-bad"):
        StaticEmbedder("static-bad", entries, np.ones((3, 2), np.int8), np.ones(3, np.float32))


@given(st.lists(TEXTS, max_size=4))
def test_a_vector_does_not_depend_on_its_batch(static, texts):
    """Alone or together: the same bits, finite, of length 1."""
    together = static.embed(texts)
    assert together.shape == (len(texts), static.dim)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for row, text in zip(together, texts, strict=True):
        assert np.array_equal(row, static.embed([text])[0])


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "\0", "a" * 1_000_000, "中" * 100_000, "🙂 " * 50_000, "q9 " * 9_999]
)
def test_every_text_has_a_finite_unit_vector(static, text):
    """Empty, broken and huge texts too."""
    assert np.linalg.norm(static.embed([text])[0]) == pytest.approx(1.0, abs=1e-5)


def test_meaning_is_near_and_other_meaning_is_not(static):
    """A paraphrase is nearer than another question."""
    a, b, c = static.embed(["How can I cancel my order?", "i want to cancel an order, how", "Which planet is largest?"])
    assert a @ b > 0.7
    assert a @ c < 0.4


def test_threads_may_share_an_embedder(static):
    """Concurrent calls give what single calls give."""
    expected = static.embed(["one thing", "another thing"])
    results = []
    ask = lambda: results.append(static.embed(["one thing", "another thing"]))  # noqa: E731 - a thread needs a callable
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(np.array_equal(result, expected) for result in results)


def test_the_id_names_size_and_digest(static):
    """Vectors of two tables never meet."""
    facts = static_card(weights(STATIC_CARD))
    assert static.id == facts.id
    assert static.id.startswith(f"static-{static.dim}-")


def test_the_card_names_teacher_and_licences():
    """What the table was learned from is said."""
    facts = static_card(weights(STATIC_CARD))
    assert "all-MiniLM-L6-v2 (Apache-2.0)" in facts.sources[0]
    assert all("MIT" in source or "CC-BY-" in source or "Apache-2.0" in source for source in facts.sources)
    assert sum(len(weights(name)) for name in (facts.words, facts.table)) <= 16e6


@pytest.mark.parametrize("which", ["words", "table"])
def test_a_changed_file_is_refused(which):
    """Words and table are checked against the card."""
    facts = static_card(weights(STATIC_CARD))
    name = getattr(facts, which)
    changed = bytearray(weights(name))
    changed[-1] ^= 1
    with pytest.raises(WeightsDamaged, match=name):
        static_embedder(lambda asked: bytes(changed) if asked == name else weights(asked))


def rewritten(**changes):
    """The shipped files, the card's fields changed."""
    card = msgspec.json.encode(msgspec.structs.replace(static_card(weights(STATIC_CARD)), **changes))
    return lambda name: card if name == STATIC_CARD else weights(name)


def test_a_table_of_another_size_is_refused():
    """Even where the digest is right."""
    with pytest.raises(WeightsDamaged, match="rows of 255"):
        static_embedder(rewritten(dim=255))


def test_a_machine_that_computes_otherwise_is_refused(static):
    """The probe's vector must come out."""
    wrong = tuple(-value for value in static_card(weights(STATIC_CARD)).probe_vector)
    with pytest.raises(BadVector, match=static.id):
        static_embedder(rewritten(probe_vector=wrong))
