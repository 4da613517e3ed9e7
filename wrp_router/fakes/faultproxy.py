"""A TCP proxy that does to connections what networks do. Stands between the router and an engine; knows no HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Literal, Self

from .toxics import End, Hold, Link, Pass, Toxic, over, through

Direction = Literal["up", "down"]
_READ = 65_536
_AHEAD = 64  # reads that wait for their time, per direction


class FaultProxy:
    """Enter with `async with`; then `port` and `url` say where it is.

    `add` puts a toxic on one direction: `up` is to the target, `down` to the client. Toxics act in the order they were
    added, on live connections too (counting from then). `accepted` and `open` count connections.
    """

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self.target = (target_host, target_port)
        self.host = "127.0.0.1"
        self.port = 0
        self.accepted = 0
        self.changed = asyncio.Event()
        self._toxics: dict[Direction, list[Toxic]] = {"up": [], "down": []}
        self._pairs: dict[_Pair, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def open(self) -> int:
        return len(self._pairs)

    def toxics(self, direction: Direction) -> tuple[Toxic, ...]:
        return tuple(self._toxics[direction])

    def add(self, toxic: Toxic, direction: Direction = "down") -> Toxic:
        """From now on; answers the toxic, to be given to `remove`."""
        self._toxics[direction].append(toxic)
        for pair in self._pairs:
            pair.arm(toxic)
        self._tell()
        return toxic

    def remove(self, toxic: Toxic) -> None:
        """What it held back goes on. Raises ValueError if it is not there."""
        direction: Direction = "up" if toxic in self._toxics["up"] else "down"
        self._toxics[direction].remove(toxic)
        for pair in self._pairs:
            pair.disarm(toxic)
        self._tell()

    def cut(self, how: str = "rst") -> None:
        """End every connection now: `rst` or `fin`."""
        for pair in tuple(self._pairs):
            pair.end(how)

    async def drained(self, within: float = 2.0) -> None:
        """Wait until no connection is left. Raises TimeoutError."""
        if self._pairs:
            _, left = await asyncio.wait(self._pairs.values(), timeout=within)
            if left:
                raise TimeoutError(f"{len(left)} connections are open after {within} s")

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self.cut()
        await asyncio.gather(*self._pairs.values())
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        pair = _Pair(self, reader, writer)
        task = asyncio.get_running_loop().create_task(pair.run())
        self._pairs[pair] = task
        task.add_done_callback(lambda _: self._pairs.pop(pair))

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class _Pair:
    """A client's connection and the one to the target that belongs to it."""

    def __init__(self, proxy: FaultProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writers = [writer]
        self._over = asyncio.Event()
        self._half = False
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def arm(self, toxic: Toxic) -> None:
        """Set the timer of a toxic that ends connections by itself."""
        if toxic.ends_after is not None:
            loop = asyncio.get_running_loop()
            self._timers[id(toxic)] = loop.call_later(toxic.ends_after, self.end, toxic.ends_how)

    def disarm(self, toxic: Toxic) -> None:
        timer = self._timers.pop(id(toxic), None)
        if timer is not None:
            timer.cancel()

    def end(self, how: str) -> None:
        for writer in self._writers:
            if how == "rst":
                _reset(writer)
            else:
                writer.close()
        self._over.set()

    def half_over(self) -> None:
        """One direction has seen its end; with the second all is over."""
        if self._half:
            self.end("fin")
        self._half = True

    async def run(self) -> None:
        proxy = self._proxy
        for toxic in (*proxy.toxics("up"), *proxy.toxics("down")):
            self.arm(toxic)
        try:
            reader, writer = await asyncio.open_connection(*proxy.target)
        except OSError:
            self.end("rst")
        else:
            await self._relay(reader, writer)
        for timer in self._timers.values():
            timer.cancel()
        for writer in self._writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._over.is_set():  # a toxic ended it while the target was being connected
            _reset(writer)
        self._writers.append(writer)
        up = _Pump(self._proxy, self, "up", self._reader, writer)
        down = _Pump(self._proxy, self, "down", reader, self._writers[0])
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(part) for pump in (up, down) for part in (pump.read(), pump.write())]
        await self._over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Pump:
    """One direction of one pair: reads, lets the toxics have their way, writes when it is time."""

    def __init__(
        self,
        proxy: FaultProxy,
        pair: _Pair,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._pair = pair
        self._direction: Direction = direction
        self._reader = reader
        self._writer = writer
        self._links: dict[int, tuple[Toxic, Link]] = {}  # by the toxic's id, which lives as long as it is kept here
        self._due: asyncio.Queue[Pass | End] = asyncio.Queue(_AHEAD)

    async def read(self) -> None:
        while True:
            try:
                data = await self._reader.read(_READ)
            except OSError:
                await self._due.put(End("rst", 0.0))
                return
            if not data:
                break
            while data:
                data = await self._feed(data)
        while (at := over(self._current(), time.monotonic())) is None:
            await self._proxy.changed.wait()
        await self._due.put(Pass(b"", at))

    async def write(self) -> None:
        # every write is waited for until the kernel has it: an end that follows must not overtake it
        self._writer.transport.set_write_buffer_limits(high=0)
        while True:
            effect = await self._due.get()
            await asyncio.sleep(max(0.0, effect.at - time.monotonic()))
            if isinstance(effect, End):
                self._pair.end(effect.how)
                return
            try:
                if not effect.data:
                    self._writer.write_eof()
                    self._pair.half_over()
                    return
                self._writer.write(effect.data)
                await self._writer.drain()
            except OSError:
                self._pair.end("rst")
                return

    async def _feed(self, data: bytes) -> bytes:
        """Give bytes to the toxics; answers what has to be given again because it was held back until now."""
        for effect in through(self._current(), data, time.monotonic()):
            if isinstance(effect, Hold):
                await self._proxy.changed.wait()
                return effect.rest
            await self._due.put(effect)
        return b""

    def _current(self) -> list[Link]:
        toxics = self._proxy.toxics(self._direction)
        self._links = {id(toxic): self._links.get(id(toxic)) or (toxic, toxic.link()) for toxic in toxics}
        return [link for _, link in self._links.values()]


@contextlib.asynccontextmanager
async def black_hole() -> AsyncIterator[int]:
    """A port on which connecting takes for ever: it listens, its queue is full, and nobody accepts."""
    with _bound() as listener:
        listener.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


@contextlib.asynccontextmanager
async def closed_port() -> AsyncIterator[int]:
    """A port that refuses connections for as long as this is entered: bound, but not listening."""
    with _bound() as taken:
        yield taken.getsockname()[1]


@contextlib.contextmanager
def _bound() -> Iterator[socket.socket]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and not writer.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
