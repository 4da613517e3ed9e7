"""Which language a text is in, as far as the hit guard must know. Only English is understood."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from wrp_cache.lexicon import PARTICLES, STOPWORDS, words_of
from wrp_cache.marks import Marks, Pair

_FRAMES = {
    "es": """el la los las un una unos unas de del en y que por para con como cómo cuál cual cuáles qué quién quien
    dónde donde cuándo cuando es son está están hay puedo puede se su mi tu al más""",
    "fr": """le la les un une des du de et en que qui quoi quel quelle quels quelles est sont où comment pourquoi quand
    pour avec dans sur je tu il nous vous ils mon ma ton son ce cette au aux peut puis plus""",
    "de": """der die das den dem des ein eine einen einem einer und ist sind was wer wie wo wann warum welche welcher
    welches für mit von zu im am auf aus bei ich du er wir ihr sie man kann mein meine es""",
    "pt": """o os as um uma uns umas de do da dos das em no na e que por para com como qual quais quem onde quando é
    são está posso pode meu minha seu sua ao mais""",
    "it": """il lo la gli le un uno una di del della dei delle e che chi come cosa dove quando perché quale quali è
    sono per con nel nella sul posso può mio mia suo sua più""",
    "nl": """de het een en van is zijn wat wie waar wanneer waarom hoe welke voor met op aan ik jij wij mijn kan""",
}
_OWN: dict[str, tuple[str, ...]] = {}
for _name, _words in _FRAMES.items():
    for _word in words_of(_words) - STOPWORDS:
        _OWN[_word] = (*_OWN.get(_word, ()), _name)
_ORDERS = """write create define translate convert calculate compute list compare summarize summarise generate
implement sort solve difference between meaning definition example examples code function sentence essay word words
not without never"""
_ENGLISH = STOPWORDS | words_of(_ORDERS)
_BEYOND_LATIN = re.compile(r"[\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufeff\U00010000-\U0003ffff]")
_BLEND = re.compile(r"[a-z][а-яα-ω]|[а-яα-ω][a-z]", re.IGNORECASE)
_SAMPLE = 256


def language(pair: Pair) -> str | None:
    """Another language; or one that is not understood, and not word for word the same."""
    here, there = _tongue(pair.a), _tongue(pair.b)
    if here == there == "en":
        return None
    if here != there and "?" not in (here, there):
        return f"language: {here} != {there}"
    if _said(pair.a) == _said(pair.b):
        return None
    return f"language: {there if here == 'en' else here} is not understood"


def _tongue(marks: Marks) -> str:
    """`en`, another language by its commonest words, a script by its Unicode name, `mixed` where one word has letters
    of two scripts, or `?` where no word gives a sign: then it is not known to be English."""
    text = marks.text
    if not text.isascii() and _BEYOND_LATIN.search(text):
        if _BLEND.search(text):
            return "mixed"
        script = _script(text)
        if script != "LATIN":
            return script
    if _OWN.keys().isdisjoint(marks.bag):
        return "?" if _ENGLISH.isdisjoint(marks.bag) else "en"
    foreign = Counter(name for word in marks.bag if word in _OWN for name in _OWN[word])
    found, count = foreign.most_common(1)[0]
    return "en" if len(marks.bag & _ENGLISH) >= count else found


def _script(text: str) -> str:
    """The script of most letters, of a sample; Han and kana are one."""
    letters = [letter for letter in text[:: len(text) // _SAMPLE + 1] if letter.isalpha()]
    scripts = Counter(unicodedata.name(letter, "?").split()[0] for letter in letters)
    script = scripts.most_common(1)[0][0] if scripts else "LATIN"
    return "CJK" if script in ("HIRAGANA", "KATAKANA") else script


def _said(marks: Marks) -> list[str]:
    """What a text in a language that is not understood says: its words, or its signs where words are not parted, in
    order, without the commonest."""
    if _BEYOND_LATIN.search(marks.text):
        return [sign for word in marks.words for sign in word if sign not in PARTICLES]
    return [word for word in marks.words if word not in _OWN]
