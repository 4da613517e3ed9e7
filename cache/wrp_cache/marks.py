"""What the hit guard reads from a text, once: words, names, identifiers. It judges nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from wrp_cache.lexicon import COUNTING, FRAME, NAMED, PHRASES

# Nothing here backtracks at length: a token is consumed where it stands, and every repeat starts with a character
# that what stands before it cannot match. Time is linear in the text.
_TOKEN = re.compile(
    r"(?:(?<!\w)(?:--?(?=[^\W_])|~?\.{0,2}/(?=[^\W_])|[$€£¥₹]))?[^\W_]+(?:['’._\-/:@\\,+&]{1,3}[^\W_]+)*(?:\+\+|[#%$€£¥₹]|\(\))?"
)
_PIECE = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:\+\+|#)?|%")
_CODE = re.compile(r"[^\W\d_]\.[^\W_]{2}|[^\W_]{2}\.[^\W\d_]|_|::|\\|@|//|/.*/|\(\)$|^--?[^\W\d_]|^[~./]")
_JOINT = re.compile(r"[a-z]\.[A-Z][a-z]")
_SIGNS = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_DIGIT = re.compile(r"\d")
_INVISIBLE = dict.fromkeys([0xAD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)])
_EDGES = "?.,;:!\"'()[]{}<>`“”‘’«»…"
_STOPPING = "?.,;:!"
_STOPS = frozenset(".?!:;…")
_CURRENCY = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}
_ENDINGS = frozenset(("s", "m", "re", "ve", "ll", "d"))
_IRREGULAR = {"wo": "will", "sha": "shall", "ai": "is", "ca": "can"}
_ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))


@dataclass(slots=True)
class Marks:
    """One text as the guard sees it. `words` are lower case and in order, contractions and compounds taken apart;
    names of two words are one; `bag` is the same as a set; `matter` are the words that are no frame, no denial and no
    number; `names` are words that a capital marks within a sentence; `codes` are identifiers, paths, flags and
    addresses, as written; `counted` says whether there are numbers to be read, `plain` that there are only words,
    commas and stops."""

    text: str
    words: list[str]
    bag: set[str]
    matter: list[str]
    names: set[str]
    codes: set[str]
    counted: bool
    plain: bool


class Pair:
    """Two texts beside each other: what each has that the other lacks, and what both have."""

    __slots__ = ("a", "b", "common", "mine", "theirs")

    def __init__(self, a: Marks, b: Marks) -> None:
        self.a, self.b = a, b
        self.common = a.bag & b.bag
        self.mine = a.bag - self.common
        self.theirs = b.bag - self.common


def read(text: str) -> Marks:
    """Read a text, in time linear in its length."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
        text = _SIGNS.sub(r" \g<0> ", text)
    words: list[str] = []
    names: set[str] = set()
    codes: set[str] = set()
    starts = plain = True
    for chunk in text.split():
        if chunk.islower() and chunk.isalpha():
            words.append(chunk)
            starts = False
            continue
        core, first = chunk.rstrip(_STOPPING), len(words)
        if core.isalpha():
            words.append(_word(core, starts))
        else:
            plain = False
            core = _read_odd(chunk, words, codes, starts)
        if not starts and core[:1].isupper() and len(words) > first:
            names.add(words[first])
        starts = chunk[-1] in _STOPS
    if len(names) * 5 >= len(words) * 3:  # where most words have capitals, none stands out
        names, words = set(), [word.lower() for word in words]
    if not PHRASES.isdisjoint(words):
        words = _joined(words)
    bag = set(words)
    names &= bag
    matter = [word for word in words if word not in FRAME and word[0] > "9"]
    counted = not COUNTING.isdisjoint(bag) or (not plain and _DIGIT.search(text) is not None)
    return Marks(text, words, bag, matter, names, codes, counted, plain)


def _read_odd(chunk: str, words: list[str], codes: set[str], starts: bool) -> str:
    """A chunk that is more than a word and a stop: what is left of it without quotes and brackets."""
    core = chunk.strip(_EDGES)
    if core.isalpha() and "()" not in chunk:
        words.append(_word(core, starts))
    else:
        for written in _TOKEN.findall(chunk):
            _dissect(written, words, codes)
    return core


def _word(written: str, starts: bool) -> str:
    """`US` is no pronoun, and within a sentence `A` is no article but the name of something."""
    if written == "US":
        return "usa"
    return written if written == "A" and not starts else written.lower()


def _joined(words: list[str]) -> list[str]:
    """The words, with names of two words as one."""
    joined: list[str] = []
    for word in words:
        pair = f"{joined[-1]} {word}" if joined else ""
        if pair in NAMED:
            joined[-1] = pair
        else:
            joined.append(word)
    return joined


def _dissect(token: str, words: list[str], codes: set[str]) -> None:
    """A token that is more than letters, taken apart into words and numbers."""
    whole = token.lower().replace("’", "'")
    head, quote, tail = whole.partition("'")
    if quote and tail == "t" and head.endswith("n"):
        words += (_IRREGULAR.get(head[:-1], head[:-1]) or "n", "not")
        return
    if quote and tail in _ENDINGS:
        token = whole = head
    if whole.endswith(".js") and whole[:-3] in NAMED:
        token = whole = whole[:-3]
    if whole == "w/o":
        words.append("without")
        return
    initials = whole.split(".")
    if len(initials) > 1 and all(len(part) == 1 and part.isalpha() for part in initials):
        words.append("usa" if initials == ["u", "s"] else "".join(initials))
        return
    if _CODE.search(token) and not _JOINT.search(token):
        codes.add(token)
    _take_apart(whole, words)
    sign = whole[0] if whole[0] in _CURRENCY else whole[-1]
    if sign in _CURRENCY:
        words.append(_CURRENCY[sign])


def _take_apart(whole: str, words: list[str]) -> None:
    """Runs of letters and runs of digits; `5th` is 5, and a sign stays with its number."""
    negative = whole[0] == "-" and whole[1:2].isdecimal()
    for piece in _PIECE.findall(whole):
        if piece in _ORDINAL_ENDS and words and words[-1][-1].isdecimal():
            continue
        words.append("percent" if piece == "%" else "-" + piece if negative else piece)
        negative = False
