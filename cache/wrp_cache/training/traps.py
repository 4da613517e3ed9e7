"""Generated pairs of questions: traps, which lie close and ask for something else, and true paraphrases.

`python -m wrp_cache.training.traps --seed N --out FILE` writes lines `a`, `b`, `dup`, `category` (the kind of trap, or
`paraphrase`) and `held_out`. It knows nothing of the guard's tables; its words are in questions.txt.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

KINDS = ("negation", "number", "unit", "entity", "antonym", "identifier", "quotation", "order")
BEYOND = ("qualifier", "question")
"""Kinds that take more than a comparison of words: made only when they are asked for."""

PARAPHRASE = "paraphrase"

EVEN = "= "
"""What a filler begins with whose two words of one pool may change places."""

_SHORT = {"neg": "negation", "anti": "antonym", "qual": "qualifier", "unit": "unit"}
_HOLE = re.compile(r"\[(\w+):([^\]]*)\]|\{(\w+)\}|\(([^)/]*/[^)]*)\)")
_TRIES = 200


class Made(NamedTuple):
    """One pair. `frame` and `filler` name what it was made from, `held_out` whether both are kept from training."""

    a: str
    b: str
    dup: bool
    kind: str
    frame: str
    filler: str
    held_out: bool


class Grammar(NamedTuple):
    """`frames`: (name, slot) -> phrasings; `fillers`: slot -> fillers; `pools`: name -> (kind, words)."""

    frames: dict[tuple[str, str], tuple[str, ...]]
    fillers: dict[str, tuple[str, ...]]
    pools: dict[str, tuple[str, tuple[str, ...]]]


class Hole(NamedTuple):
    """A place of a filler that asks for something else when it changes."""

    kind: str
    choices: tuple[str, ...]
    pool: str


def grammar(text: str | None = None) -> Grammar:
    """The questions that ship with the package, or another text of the same form. Raises ValueError, KeyError."""
    if text is None:
        text = (resources.files("wrp_cache") / "training" / "questions.txt").read_text("utf-8")
    frames: dict[tuple[str, str], tuple[str, ...]] = {}
    fillers: dict[str, tuple[str, ...]] = {}
    pools: dict[str, tuple[str, tuple[str, ...]]] = {}
    for title, lines in _sections(text):
        if title == "pools":
            for line in lines:
                name, kind, words = re.fullmatch(r"(\w+) (\w+): (.+)", line).groups()  # type: ignore[union-attr]
                pools[name] = (kind, tuple(words.split(", ")))
        elif title == "frames":
            for block in "\n".join(lines).split("\n\n"):
                head, *phrasings = block.strip().split("\n")
                name, slot = head.split()
                frames[name, slot] = tuple(phrasings)
        else:
            fillers[title] = tuple(filter(None, lines))
    return Grammar(frames, fillers, pools)


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    for part in text.split("\n== ")[1:]:
        title, *lines = part.strip("\n").split("\n")
        yield title, lines if title == "frames" else [line for line in lines if line]


class Maker:
    """Draws pairs. Which phrasings, fillers and words of pools are held out is settled by their text alone: about a
    third, whatever the seed."""

    def __init__(self, rng: random.Random, held_out: bool | None = None, source: Grammar | None = None) -> None:
        """`held_out`: from what is held out only, from the rest only, or (None) from all."""
        self._rng, self._source, self._held = rng, source or grammar(), held_out
        self._places: dict[str, list[tuple[str, str, str]]] = {}
        self._by_slot: dict[str, list[str]] = {}
        for name, slot in self._source.frames:
            self._by_slot.setdefault(slot, []).append(name)

    def paraphrase(self) -> Made:
        """The same question in two phrasings; never the same text."""
        frame, slot, filler = self._drawn()
        holes = self._settled(filler)
        a, b = self._rng.sample(self._phrasings(frame, slot), 2)
        asked, stored = self._written(a, filler, holes), self._written(b, filler, holes)
        return Made(asked, stored, True, PARAPHRASE, frame, filler, self._held is True)

    def trap(self, kind: str) -> Made:
        """Two questions that differ in one thing of a kind; half of them in their phrasing too. Raises ValueError if
        the grammar has no such trap."""
        if not self._able(kind):
            raise ValueError(f"the grammar makes no traps of kind {kind!r}")
        while True:
            frame, slot, filler = self._rng.choice(self._able(kind))
            holes = self._settled(filler)
            others = holes if kind == "question" else self._changed(kind, holes)
            if others is None:
                continue
            other = self._rng.choice(self._rivals(frame, slot)) if kind == "question" else frame
            a = self._rng.choice(self._phrasings(frame, slot))
            b = a if other == frame and self._rng.random() < 0.5 else self._rng.choice(self._phrasings(other, slot))
            asked, stored = self._written(a, filler, holes), self._written(b, filler, others)
            return Made(asked, stored, False, kind, frame, filler, self._held is True)

    def _able(self, kind: str) -> list[tuple[str, str, str]]:
        """The frames and fillers that can make a trap of a kind."""
        if kind not in self._places:
            self._places[kind] = [
                (frame, slot, filler)
                for frame, slot in self._source.frames
                for filler in self._kept(self._source.fillers[slot])
                if self._makes(kind, frame, slot, filler)
            ]
        return self._places[kind]

    def _makes(self, kind: str, frame: str, slot: str, filler: str) -> bool:
        if kind == "question":
            return bool(self._rivals(frame, slot))
        if kind == "order" and filler.startswith(EVEN):
            return False
        return any(self._changed(kind, self._settled(filler)) is not None for _ in range(8))

    def _rivals(self, frame: str, slot: str) -> list[str]:
        return [name for name in self._by_slot[slot] if name != frame]

    def _drawn(self) -> tuple[str, str, str]:
        frame, slot = self._rng.choice(list(self._source.frames))
        return frame, slot, self._rng.choice(self._kept(self._source.fillers[slot]))

    def _phrasings(self, frame: str, slot: str) -> Sequence[str]:
        all_of_it = self._source.frames[frame, slot]
        kept = self._kept(all_of_it)
        return kept if len(kept) > 1 else all_of_it

    def _kept(self, texts: Sequence[str]) -> Sequence[str]:
        if self._held is None:
            return texts
        return [text for text in texts if is_held_out(text) is self._held] or texts

    def _settled(self, filler: str) -> list[tuple[Hole, str]]:
        """Every hole of a filler with what stands in it; two of one pool never hold the same."""
        found: list[tuple[Hole, str]] = []
        for short, choices, pool, _ in _HOLE.findall(filler):
            if not short and not pool:
                continue
            hole = self._hole(short, choices, pool)
            taken = {text for other, text in found if other.pool == pool and pool}
            found.append((hole, self._rng.choice([text for text in hole.choices if text not in taken])))
        return found

    def _hole(self, short: str, choices: str, pool: str) -> Hole:
        if short:
            return Hole(_SHORT[short], tuple(choices.split("/")), "")
        kind, words = self._source.pools[pool]
        return Hole(kind, tuple(self._kept(words)), pool)

    def _changed(self, kind: str, holes: list[tuple[Hole, str]]) -> list[tuple[Hole, str]] | None:
        """The holes with one of the kind changed, or two of one pool in each other's place; None if there is none."""
        if kind == "order":
            places = [
                (i, j) for i, (x, _) in enumerate(holes) for j, (y, _) in enumerate(holes) if i < j and x.pool == y.pool
            ]
            places = [(i, j) for i, j in places if holes[i][0].pool]
            if not places:
                return None
            i, j = self._rng.choice(places)
            swapped = list(holes)
            swapped[i], swapped[j] = holes[j], holes[i]
            return swapped
        of_kind = [i for i, (hole, _) in enumerate(holes) if hole.kind == kind]
        if not of_kind:
            return None
        at = self._rng.choice(of_kind)
        hole, text = holes[at]
        taken = {text} | {other for each, other in holes if each.pool == hole.pool and hole.pool}
        free = [choice for choice in hole.choices if choice not in taken]
        return [*holes[:at], (hole, self._rng.choice(free)), *holes[at + 1 :]] if free else None

    def _written(self, phrasing: str, filler: str, holes: list[tuple[Hole, str]]) -> str:
        """The question in this phrasing; of what says the same, either."""
        rest = iter(holes)

        def stands(found: re.Match[str]) -> str:
            same = found.group(4)
            return self._rng.choice(same.split("/")) if same else next(rest)[1]

        inner = _HOLE.sub(stands, filler.removeprefix(EVEN))
        outer = re.sub(r"<\w+>", "\0", phrasing)
        outer = _HOLE.sub(lambda found: self._rng.choice(found.group(4).split("/")), outer)
        text = re.sub(r"  +", " ", outer.replace("\0", inner)).strip()
        return text[0].upper() + text[1:]


def is_held_out(text: str) -> bool:
    """Whether a phrasing, filler or word is kept from training: a third are, by their text."""
    return zlib.crc32(text.encode()) % 3 == 0


def traps(
    seed: int, count: int, held_out: bool | None = None, share: float = 0.3, kinds: Sequence[str] = KINDS
) -> list[Made]:
    """`count` pairs, `share` of them paraphrases, the traps of all kinds in turn. No pair comes twice or is of one
    text."""
    maker = Maker(random.Random(seed), held_out)
    made: dict[frozenset[str], Made] = {}
    wanted = [PARAPHRASE] * round(count * share)
    wanted += [kinds[place % len(kinds)] for place in range(count - len(wanted))]
    for kind in wanted:
        for _ in range(_TRIES):
            pair = maker.paraphrase() if kind == PARAPHRASE else maker.trap(kind)
            texts = frozenset((pair.a, pair.b))
            if len(texts) == 2 and texts not in made:
                made[texts] = pair
                break
    return list(made.values())


def lines(made: Sequence[Made]) -> str:
    """The pairs as `wrp eval cache --pairs` reads them."""
    return "".join(
        json.dumps(
            {"a": one.a, "b": one.b, "dup": int(one.dup), "category": one.kind, "held_out": one.held_out},
            ensure_ascii=False,
        )
        + "\n"
        for one in made
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes a file of pairs: half of what training may see, half of what is held out, unless one is named."""
    parser = argparse.ArgumentParser(prog="python -m wrp_cache.training.traps", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=4000, help="pairs (default: 4000)")
    parser.add_argument("--only", choices=["seen", "held-out"], help="of templates seen in training, or held out only")
    parser.add_argument("--beyond", action="store_true", help=f"traps of {' and '.join(BEYOND)}, too")
    parser.add_argument("--out", metavar="FILE", required=True)
    options = parser.parse_args(arguments)
    kinds = KINDS + BEYOND if options.beyond else KINDS
    sides = {"seen": (False,), "held-out": (True,)}.get(options.only, (False, True))
    count = options.count // len(sides)
    made = [one for held_out in sides for one in traps(options.seed, count, held_out, kinds=kinds)]
    Path(options.out).write_text(lines(made), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
