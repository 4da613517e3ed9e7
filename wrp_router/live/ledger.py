"""Accounts on a Redis or Valkey server, which all routers before it share. It tries nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from math import ceil, inf
from typing import Any

from wrp_cache.stores.link import Server, client_of, failures
from wrp_router.accounts import COUNTED, OTHERS, Charge, Kind, Level, Quota, Refused, Reserved
from wrp_router.flow import Reserve, Settle

from .ledger_script import RESERVE, SETTLE, digest

COMMANDS = (
    "EVALSHA", "EVAL", "PING", "TIME", "HGET", "HSET", "HDEL", "HLEN", "HEXISTS", "HGETALL", "HINCRBY",
    "ZADD", "ZCOUNT", "ZREM", "ZSCORE", "ZRANGEBYSCORE", "ZREMRANGEBYSCORE", "PEXPIRE", "PTTL",
)  # fmt: skip
"""What the user of the server must be allowed, on keys `wrp:<namespace>:*`."""

KNOWN = 60.0
"""Seconds for which a request is known to be settled: for so long it may be said again."""

CONNECTIONS = 3
"""At a time: one for what is asked, one for what is settled, one for probes."""

MOST = 256
"""Requests in a round."""

COUNTABLE = 1 << 53
"""More is not counted of one request: scripts have doubles, and the server 64 bits. No limit is as high."""

_KINDS: tuple[Kind, ...] = (*COUNTED, "concurrent")
_SHAS = {script: digest(script) for script in (RESERVE, SETTLE)}


class Ledger:
    """Every method raises one of `wrp_cache.stores.link.failures()`, or TimeoutError. What is asked while a round is
    under way goes with the next, all of it together: a burst costs little more than one request."""

    def __init__(
        self, server: Server, quotas: Mapping[str, Quota], namespace: str, hold: float, deadline: float
    ) -> None:
        """What is set aside is under way for `hold` seconds: whoever did so is not there after that. A round may take
        `deadline` seconds. Raises ModuleNotFoundError without the extra `redis`."""
        from redis.exceptions import NoScriptError

        self._unknown = NoScriptError
        self._errors: tuple[type[Exception], ...] = (TimeoutError, *failures())
        self._client = client_of(server, CONNECTIONS)
        self._deadline = deadline
        self._asked: list[tuple[str, list[Any], asyncio.Future[Any]]] = []
        self._round: asyncio.Task[None] | None = None
        self._prefix, self._hold = f"wrp:{namespace}:accounts:", ceil(hold * 1e3)
        self._accounts = {name: _Account(quota, self._hold) for name, quota in quotas.items()}

    async def ping(self) -> None:
        """Raises where the server does not answer."""
        await self._client.execute_command("PING")  # type: ignore[no-untyped-call]

    async def reserve(self, command: Reserve, now: int | None = None) -> Reserved | Refused:
        """As `Books.reserve`, at the server's time, or at `now` in milliseconds. Harmless more than once."""
        account = self._account(command.account)
        words = [now if now is not None else "", command.id, self._hold, *account.terms]
        for limit, amount in zip(account.limits, command.most.amounts(), strict=True):
            words += [*limit, amount]
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append((command.account, words, future))
        if self._round is None:
            self._round = asyncio.create_task(self._rounds())
        return account.said(await future, command.most)

    async def settle(self, commands: Sequence[Settle], now: int | None = None) -> None:
        """As `Books.settle`; in one round. Harmless more than once within KNOWN seconds."""
        asked = []
        for command in commands:
            account = self._account(command.account)
            words: list[Any] = [now if now is not None else "", command.id, ceil(KNOWN * 1e3), account.terms[0]]
            for (_, window), amount in zip(account.limits, command.took.amounts(), strict=True):
                words += [window, min(amount, COUNTABLE)]
            asked.append((command.account, words))
        await self._run(SETTLE, asked)

    async def close(self) -> None:
        """Nobody is answered any more."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
        await self._client.aclose()

    async def _rounds(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked[:MOST], self._asked[MOST:]
                waiting = [one for one in asked if not one[2].done()]  # others have left
                try:
                    async with asyncio.timeout(self._deadline):
                        found = await self._run(RESERVE, [(account, words) for account, words, _ in waiting])
                except self._errors as error:
                    for _, _, future in waiting:
                        if not future.done():
                            future.set_exception(error)
                else:
                    for (_, _, future), one in zip(waiting, found, strict=True):
                        if not future.done():
                            future.set_result(one)
        finally:
            self._round = None

    async def _run(self, script: str, asked: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        calls = [(4, *self._keys(account), *words) for account, words in asked]
        try:
            return await self._sent("EVALSHA", _SHAS[script], calls)
        except self._unknown:  # to a server that has just started; whoever was answered is not harmed
            return await self._sent("EVAL", script, calls)

    async def _sent(self, command: str, script: str, calls: list[tuple[Any, ...]]) -> list[Any]:
        if len(calls) == 1:
            return [await self._client.execute_command(command, script, *calls[0])]  # type: ignore[no-untyped-call]
        async with self._client.pipeline(transaction=False) as pipeline:
            for call in calls:
                pipeline.execute_command(command, script, *call)
            return list(await pipeline.execute())

    def _account(self, name: str) -> _Account:
        return self._accounts.get(name) or self._accounts[OTHERS]

    def _keys(self, account: str) -> tuple[str, str, str, str]:
        tagged = f"{self._prefix}{{{account}}}:"
        return f"{tagged}use", f"{tagged}held", f"{tagged}due", f"{tagged}done"


class _Account:
    """A quota in the words of the scripts."""

    __slots__ = ("_ceilings", "limits", "terms")

    def __init__(self, quota: Quota, hold: int) -> None:
        self._ceilings = quota.ceilings()
        windows = [ceil(one.seconds * 1e3) if one is not None else 0 for one in self._ceilings]
        self.limits: list[tuple[int, int | str]] = [
            (-1, "") if one is None else (one.most, window) for one, window in zip(self._ceilings, windows, strict=True)
        ]
        life = 2 * max(windows) + hold + ceil(KNOWN * 1e3)
        self.terms = (life, -1 if quota.concurrent is None else quota.concurrent)

    def said(self, found: Any, most: Charge) -> Reserved | Refused:
        """Raises ValueError for what is no answer."""
        status, kind, wait, *counts = [int(one) for one in found]
        levels = []
        for place, ceiling in enumerate(self._ceilings):
            if ceiling is not None:
                total, reset = counts[2 * place], counts[2 * place + 1] / 1e3
                levels.append(Level(COUNTED[place], ceiling.most, max(0, ceiling.most - total), reset))
        if status:
            return Reserved(tuple(levels))
        wanted = most.amounts()[kind - 1] if kind <= len(COUNTED) else 1
        return Refused(_KINDS[kind - 1], inf if wait < 0 else wait / 1e3, wanted, tuple(levels))
