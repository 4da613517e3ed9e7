"""What one worker asks all others: passed on, and answered when all have, or in time. The supervisor looks into none of
it but tallies, which it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from .books import Books
from .messages import Answers, Ask, Asked, Reply, Said, Tell, Told, in_pages
from .worker import Worker

TALLY = "tally"
"""Asks for what was counted, with the asker's own for payload."""

PAST = -1
"""The number under which the supervisor replies to that."""

PATIENCE, SOON = 10.0, 2.0
"""Seconds in which siblings must have replied; of tallies, where the last word does as well."""

AT_ONCE = 256
"""Questions under way; what is asked beyond is not answered by anybody."""


@dataclass(slots=True)
class _Question:
    asker: Worker
    id: int
    waiting: set[Worker]
    timer: asyncio.TimerHandle | None = None
    tally: bool = False
    replies: dict[Worker, Said] = field(default_factory=dict)
    missing: int = 0


class Relay:
    """`members` are all workers that can be asked."""

    def __init__(self, members: Callable[[], Collection[Worker]], books: Books) -> None:
        self._members, self._books = members, books
        self._open: dict[int, _Question] = {}
        self._number = 0

    def ask(self, asker: Worker, ask: Ask) -> None:
        """Ask all others."""
        others = {worker for worker in self._members() if worker is not asker}
        if ask.kind == TALLY:
            self._books.told(asker, ask.payload)
        question = _Question(asker, ask.id, others, tally=ask.kind == TALLY)
        if len(self._open) >= AT_ONCE:
            self._missed(question)
        self._number += 1
        number = self._open_as(self._number, question)
        for worker in list(question.waiting):
            if not worker.send(Asked(number, ask.kind, ask.payload)):
                self._without(question, worker)
        self._settle(number)

    def reply(self, worker: Worker, reply: Reply) -> None:
        """What comes too late is kept, where it is a tally, and else dropped."""
        question = self._open.get(reply.id)
        if question is None or worker not in question.waiting:
            return
        if reply.payload is None:
            self._without(question, worker)
        else:
            question.waiting.discard(worker)
            question.replies[worker] = Said(worker.number, reply.payload)
            if question.tally:
                self._books.told(worker, reply.payload)
        self._settle(reply.id)

    def tell(self, teller: Worker, tell: Tell) -> None:
        """To all others, who need not hear it."""
        for worker in self._members():
            if worker is not teller:
                worker.send(Told(teller.place, tell.kind, tell.payload))

    def gone(self, worker: Worker) -> None:
        """Nobody waits for it any more. What it counted is in the past now, and nowhere else."""
        for number, question in list(self._open.items()):
            if question.tally:
                question.replies.pop(worker, None)
            if worker in question.waiting:
                self._without(question, worker)
                self._settle(number)

    def _open_as(self, number: int, question: _Question) -> int:
        self._open[number] = question
        patience = SOON if question.tally else PATIENCE
        question.timer = asyncio.get_running_loop().call_later(patience, self._late, number)
        return number

    def _late(self, number: int) -> None:
        self._missed(self._open[number])
        self._settle(number)

    def _missed(self, question: _Question) -> None:
        for worker in list(question.waiting):
            self._without(question, worker)

    def _without(self, question: _Question, worker: Worker) -> None:
        """It did not reply; of a tally its last word is as good, unless it has ended, and is in the past."""
        question.waiting.discard(worker)
        last = self._books.last(worker) if question.tally else None
        if last is not None:
            question.replies[worker] = Said(worker.number, last)
        elif not question.tally:
            question.missing += 1

    def _settle(self, number: int) -> None:
        question = self._open[number]
        if question.waiting:
            return
        del self._open[number]
        if question.timer is not None:
            question.timer.cancel()
        replies = tuple(question.replies.values())
        if question.tally:
            serving = len([one for one in self._members() if not one.leaving])
            replies += (Said(PAST, self._books.past(serving)),)
        *pages, last = in_pages(replies)
        for page in pages:
            if not question.asker.send(Answers(question.id, page, more=True)):
                question.missing += len(page)
        if not question.asker.send(Answers(question.id, last, question.missing)):
            question.asker.send(Answers(question.id, (), question.missing + len(last)))
