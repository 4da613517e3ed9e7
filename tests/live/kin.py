"""Siblings in one process: what one asks, the others answer at once."""

from __future__ import annotations

from wrp_router.live.siblings import Answer, Answers, Hear, Kind, Said


class Kin:
    """One of a family. `away` ones reply to nothing."""

    several = True

    def __init__(self, family: list[Kin]) -> None:
        self.number = len(family)
        self.away = False
        self._family = family
        self._answers: dict[str, Answer] = {}
        self._hears: dict[str, Hear] = {}
        family.append(self)

    async def ask(self, kind: Kind, payload: bytes = b"") -> Answers:
        others = [one for one in self._family if one is not self]
        there = [one for one in others if not one.away]
        replies = [Said(one.number, await one._answers[kind](payload)) for one in there]
        return Answers(tuple(replies), len(others) - len(there))

    def answer(self, kind: Kind, answer: Answer) -> None:
        self._answers[kind] = answer

    def tell(self, kind: Kind, payload: bytes) -> None:
        for one in self._family:
            if one is not self and kind in one._hears:
                one._hears[kind](self.number, payload)

    def hear(self, kind: Kind, hear: Hear) -> None:
        self._hears[kind] = hear
