"""Guesses names of people, streets and countries by capital letters, lists of names and the words around them.

No model: a list of 40,000 names in Latin script, mostly European and American. It misses names that are not on it and
takes namesakes for people; the documentation has figures.
"""

from __future__ import annotations

import functools
import lzma

import re2

from wrp_signals.card import checked, weights
from wrp_signals.pattern import options_of

from .scan import in_characters
from .sieve import MEMORY
from .types import Span

FILE = "names.xz"
SHA256 = "0dbb80bc508568bf6dcbfe950f311acc61a63301b7963a1460ee6f9474a8612a"

WINDOW = 8_000
"""Bytes of a text that are read for names: about 3 ms."""

WORD = r"\p{Lu}[\p{L}'’\-]*\.?"
RUN = rf"{WORD}(?: {{1,2}}(?:(?:de|da|di|do|dos|das|del|der|den|van|von|af|al|el|bin|ibn|la|le|of|y|e) ){{0,2}}{WORD})*"
CUE = (
    r"(?i)(?:name(?:'s| is| was|:)|\bi'm|\bi am|this is|\bcalled|\bnamed|\bdear|\bhi|\bhello|\bhey|\bby|\bwith|\bsays?|"
    r"\bsaid|\btold|\basked|\bmet|\bmr\.?|\bmrs\.?|\bms\.?|\bmiss|\bdr\.?|\bprof\.?|\bsir|\bpresident|\bpatient|"
    r"signed|regards,|thanks,|customer|employee|client|contact|colleague|brother|sister|son|daughter|wife|husband|"
    r"boss|manager|friend|uncle|aunt|kid|\bto|\bfrom|\bfor)[ \n:,]*$"
)
PLACE = r"(?i)(?:\bin|\bat|\bfrom|\bto|\bnear|\bof|lives? in|based in|\baround|\bvisit(?:ing)?)[ ]*$"
BEFORE_NAMES = (
    "Mr Mrs Ms Miss Dr Prof Sir Madam Lady Lord President Judge Captain Herr Frau Señor Señora Monsieur Madame Signor"
)
IN_OTHERS = (
    "Inc Ltd LLC Corp Corporation Company Co Group University College School Institute Bank Street St Road Rd Avenue "
    "Ave "
    "Lane Drive Court River Lake Mount Island Party Museum Hospital Church Day War Act Prize Theorem Law Equation GmbH "
    "Center Centre Association Foundation Committee Department Airlines Records Studios Systems Technologies"
)
AT_STARTS = (
    "The A An I It He She They We You This That These Those What When Where Why How Who Which Is Are Was Were Do "
    "Does Did "
    "Can Could Would Should Will May Might If In On At For From To And But Or Of With Please My Your His Her Our Their "
    "There Here Some All Any No Not Yes Hi Hello Dear Hey Thanks Thank Name Address Email Phone Date User Bot Note "
    "After "
    "Before Unlike Like As So Also Write Give Tell Find Let Suppose Given Each Every One Two Three Monday Tuesday "
    "Wednesday Thursday Friday Saturday Sunday January February March April June July August September October "
    "November "
    "December Patient Customer Client Office Suite Apt Mission During Producer Directed"
)
TITLES, NOBODY, STARTS = frozenset(BEFORE_NAMES.split()), frozenset(IN_OTHERS.split()), frozenset(AT_STARTS.split())
"""Words before names, words that no name of a person has, and words that begin sentences."""

KIND = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Sq|Terrace|Highway|Hwy|"
    "Parkway|Pkwy|Circle|Cir|Close|Crescent|Trail|Row|Walk|Hill|Gardens|Grove|Mews|Park|Quay|Loop|Alley|Plaza"
)
UNIT = r"(?:,?\s{1,2}(?i:apt|apartment|suite|ste|unit|flat|floor|room|box)\.? ?#?[\w\-]+){0,2}"
ZIP = r"(?:\s?\d{4,6}(?:-\d{4})?\b| [A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b)"
CITY = rf"(?:,?\s{{1,2}}(?:{WORD}[ ,]{{0,2}}){{1,3}}{ZIP}?)?"
ORDINAL = r"\d{1,3}(?:st|nd|rd|th)"
ROMANCE = (
    "(?i:rue|avenue|via|calle|rua|avenida|plaza|piazza|allée|chemin|viale|corso|praça|impasse|carrera|ul\\.|ulica)"
)
PARTICLES = "(?:(?:de|du|des|della|del|da|do|la|las|los|dos) ){0,2}"
GERMANIC = "(?:straße|strasse|str\\.|gasse|weg|platz|allee|gatan|vägen|gata|veien|vej|katu|laan|straat)"
STREETS = (
    rf"\b\d{{1,5}}(?:[/\-]\d{{1,4}})?[A-Za-z]?,? (?:(?:{WORD}|{ORDINAL}) ){{1,4}}(?:{KIND})\b\.?{UNIT}{CITY}",
    rf"\b(?:\d{{1,4}}(?: ?bis)?,? )?{ROMANCE} {PARTICLES}{WORD}(?: {WORD}){{0,2}}(?:,? \d{{1,4}}\b)?{CITY}",
    rf"\b\p{{Lu}}[\p{{L}}\-]*{GERMANIC} \d{{1,4}} ?[a-z]?\b{CITY}",
    r"(?i)\bp\.? ?o\.? box \d{1,6}\b",
)


class Names:
    """First names, family names, those that are also words, and countries. Reads the package's own file."""

    def __init__(self) -> None:
        lists = lzma.decompress(checked(weights(FILE), SHA256, FILE)).decode().split("\n\n")
        self.first, self.last, self.words, self.countries = (frozenset(part.split("\n")) for part in lists)
        self.known = self.first | self.last | self.words
        options = options_of(MEMORY)
        self.run, self.cue, self.place = (re2.compile(pattern, options) for pattern in (RUN, CUE, PLACE))
        self.streets = [re2.compile(pattern, options) for pattern in STREETS]


def find_names(text: str) -> list[Span]:
    """People, streets and countries in the first WINDOW bytes of a text; overlapping, in no order."""
    data = text.encode("utf-8", "replace")[:WINDOW]
    names = _names()
    streets = [match.span() for pattern in names.streets for match in pattern.finditer(data)]
    found = [Span("STREET_ADDRESS", start, end, 0.7) for start, end in streets]
    for match in names.run.finditer(data):
        found.extend(_judged(names, data, *match.span()))
    return found if len(data) == len(text) else in_characters(found, data)


def _judged(names: Names, data: bytes, start: int, end: int) -> list[Span]:
    """What a run of capitalised words is."""
    words = data[start:end].decode().rstrip(".").split()
    titled = False
    while words and (words[0] in STARTS or words[0].rstrip(".") in TITLES):
        if len(words) == 2 and words[0] in names.first and words[1] in names.known:
            break
        titled = titled or words[0].rstrip(".") in TITLES
        words = words[1:]
    if not words:
        return []
    start = data.find(words[0].encode(), start)
    whole = data[start:end].decode().rstrip(".")
    run = whole.removesuffix("'s").removesuffix("’s").rstrip("'-")
    end = start + len(run.encode())
    before = data[max(0, start - 24) : start]
    if run in names.countries:
        return [Span("LOCATION", start, end, 0.75)]
    score = _person(names, run.split(), titled, names.cue.search(before) is not None)
    if score == 0 and names.place.search(before) is not None and run.istitle():
        return [Span("LOCATION", start, end, 0.5)]
    return [Span("PERSON", start, end, score)] if score else []


def _person(names: Names, words: list[str], titled: bool, cued: bool) -> float:
    """How sure it is that these capitalised words name somebody; 0 where nothing says so."""
    if any(word in NOBODY for word in words) or len(words) > 5:
        return 0.0
    parts = [part for word in words for part in word.split("-")]
    first, last = parts[0] in names.first, any(part in names.known for part in parts[1:])
    weak = parts[0] in names.words or parts[0] in names.last
    score = 0.3 * (titled or cued) + 0.3 * titled + 0.55 * first + 0.25 * last + 0.3 * (weak and not first)
    if len(parts) == 1 and weak and not first and not titled:
        score = min(score, 0.55 if cued and parts[0] not in names.words else 0.3)
    return min(0.95, score) if first or last or titled or (weak and cued) else 0.0


@functools.lru_cache(maxsize=1)
def _names() -> Names:
    return Names()
