"""Keeps spending on a budget's line, by what a US$ is worth for now. It stops nobody: the cheapest pool stays open."""

from __future__ import annotations

import math

import msgspec

GAIN = 0.01
"""How much the logarithm of the price moves for each usual request that is spent beyond the line, or short of it: some
hundred requests are answered to, whatever they cost."""

CHEAP, DEAR = -8.0, 4.0
"""Bounds of that logarithm. At e^0 a usual request costs a whole point of reward; e^-8 is no price at all."""

AHEAD = 0.02
"""Of a whole budget: whoever is so far ahead of an even spending pays e times the price."""

AVERAGE = 0.02
"""Weight of the latest request in what requests cost, and might, on average."""

LEAST_PAID = 1e-15
"""US$, on average, below which nothing is paid."""

FADING, LEAST = 0.8, 0.02
"""What is left, at each exchange with others, of what the share of spending was judged by; and the least such share."""

LAST = 1e-3
"""Of the window: so near its end, what is left is no longer spread over the rest of it."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a pacer stands: US$ spent in this window, which began at `started`, when it last moved (both by the clock of
    `now`; None before there was any), the logarithm of the price, what a request costs on average, and what the line
    allows for one."""

    spent: float = 0.0
    started: float | None = None
    moved: float = 0.0
    level: float = CHEAP / 2
    average: float = 0.0
    even: float = 0.0


class Pacer:
    """`rate` US$ a second, over windows of `window` seconds, each with its own budget.

    The dual of the budget (Balseiro and Gur 2019; Agrawal and Devanur 2016): whoever chooses adds `price() * cost` to
    what an answer costs. The price rises while more is spent than what is left of the budget allows for what is left of
    the window, and falls else; it moves when spending is told (`paid`), never by asking. It is higher still while
    spending is ahead of an even one. Once the budget is spent it is infinite until the window ends. Nothing is carried
    from one window to the next. It is written in usual requests: these cost what requests do on average, or what the
    line allows for one if that is more, so that after many that cost next to nothing one that the budget can bear is
    not dear. A process that starts again goes on within the window, if its clock does; if that begins anew, the time in
    between is no part of the window.

    Several processes may keep one budget: each tells what it paid, hears what all did (`heard`), and moves its price as
    if that share of the budget were its own that it lately had of the spending. What others paid counts within one's
    own window, once it is heard of.
    """

    __slots__ = (
        *("_all", "_average", "_clock", "_even", "_level", "_moved", "_others", "_ours", "_rate", "_share"),
        *("_spent", "_started", "_told", "_window", "untold"),
    )

    def __init__(self, rate: float, window: float) -> None:
        self._rate, self._window = rate, window
        self._share, self._ours, self._all = 1.0, 0.0, 0.0
        self._told, self._others = 0.0, -1.0
        self.untold = 0.0
        """US$ paid since others were last told."""
        self.restore(Account())

    def restore(self, account: Account) -> None:
        """Takes up how another stood."""
        self._spent, self._level = account.spent, account.level
        self._average, self._even = account.average, account.even
        self._started, self._moved = account.started, account.moved
        self._clock: float | None = None

    def account(self) -> Account:
        """How it stands, as of the last that was paid."""
        return Account(self._spent, self._started, self._moved, self._level, self._average, self._even)

    def at(self, now: float) -> None:
        """What time it is: spending is told without."""
        if self._started is None:
            self._started = self._moved = now
        elif now < self._moved:
            self._started -= self._moved - now
            self._moved = now
        self._clock = now

    def price(self, now: float) -> float:
        """What a US$ is worth, in reward, to a request of now; infinite where nothing is left to spend."""
        begun = self._started if self._started is not None else now
        spent = self._spent if now - begun < self._window else 0.0
        whole = self._rate * self._window
        if spent >= whole:
            return math.inf
        ahead = max(0.0, spent - self._rate * (now - begun)) / (AHEAD * whole)
        usual = self._usual()
        return math.exp(min(DEAR, self._level + ahead)) / usual if usual else 0.0

    def paid(self, cost: float) -> None:
        """A request has cost so many US$."""
        if self._clock is None or self._started is None:
            return  # nobody was asked what time it is since this process began: an outcome from before
        now = self._clock
        started = self._turned_over(now, self._started)
        left = max(self._window * LAST, started + self._window - self._moved)
        allowed = max(0.0, self._rate * self._window - self._spent) / left * (now - self._moved) * self._share
        self._average = cost if not self._average else self._average + AVERAGE * (cost - self._average)
        self._even += AVERAGE * (allowed - self._even)
        if usual := self._usual():
            step = GAIN * (cost - allowed) / usual
            self._level = min(DEAR, max(CHEAP, self._level + max(-1.0, min(1.0, step))))
        self._spent += cost
        self.untold += cost
        self._moved = now

    def _usual(self) -> float:
        """US$ for a request; 0 before anything was paid, or where nothing is."""
        return max(self._average, self._even) if self._average > LEAST_PAID else 0.0

    def tell(self) -> None:
        """What was `untold` is told."""
        self._told += self.untold
        self._ours += self.untold
        self._all += self.untold
        self.untold = 0.0

    def heard(self, total: float) -> None:
        """All together paid so many US$ so far, what was told here included. What others paid before this process
        first heard of any is not counted: nobody says when that was."""
        others, before = max(0.0, total - self._told), self._others
        self._others = others
        if before < 0.0:
            return
        if self._clock is not None and self._started is not None:
            self._turned_over(self._clock, self._started)
        paid = max(0.0, others - before)
        self._spent += paid
        self._all += paid
        self._share = max(LEAST, self._ours / self._all) if self._all else 1.0
        self._ours, self._all = self._ours * FADING, self._all * FADING

    def _turned_over(self, now: float, started: float) -> float:
        """When the window of now began, on the same grid; nothing is spent yet where that is another one."""
        if now - started >= self._window:
            self._started = started = started + math.floor((now - started) / self._window) * self._window
            self._spent, self._moved = 0.0, max(self._moved, started)
        return started
