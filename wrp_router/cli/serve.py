"""`wrp serve`: the router, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import sys
from collections.abc import Coroutine
from time import perf_counter

import msgspec

from wrp_router.build import Router
from wrp_router.build.costs import table
from wrp_router.build.reception import TooFewFiles, raise_files
from wrp_router.cli.garbage import look_seldom
from wrp_router.config.address import is_loopback, split_address
from wrp_router.config.check_workers import each_its_own, one_alone
from wrp_router.config.problems import CODES
from wrp_router.config.structs import Config
from wrp_router.live.discovery import Unlisted, models_of
from wrp_router.live.issued import Unreadable
from wrp_router.live.lifecycle import Signals
from wrp_router.telemetry.discretion import discreet, unheard
from wrp_router.telemetry.log import set_up
from wrp_router.workers.post import Post, enlisted
from wrp_router.zero import config_for
from wrp_signals import SignalError

from .banner import guard, security
from .reading import read
from .staffing import company_of, first_of, supervise

DEFAULT_LISTEN = "127.0.0.1:8080"

FEW_PLACES = 512
"""Connections of which a router that serves others has too few."""


def run(options: argparse.Namespace) -> int:
    """Serves; 0 after a drain, 1 where it could not start."""
    post = enlisted(os.environ)
    if options.config is not None:
        config = read(options.config, untold=() if _tells(post) else CODES)
        if config is None:
            return 1
    else:
        config = asyncio.run(_discovered(options.backend, options.listen or DEFAULT_LISTEN))
    if options.listen:
        config = msgspec.structs.replace(config, listen=options.listen)
    set_up(options.log_level or config.log.level)
    workers = options.workers or config.workers
    try:
        _refuse(config, workers or 1)
        _count_files(config, told=post is None)
        with discreet():
            if workers is not None and post is None:
                _warn(config, workers)
                supervise(config, options, workers)
            _loop(_serve(config) if post is None else _work(config, post, workers or 1))
    except (OSError, SignalError, ImportError, Unreadable, Refusal, TooFewFiles) as error:
        sys.stderr.write(f"wrp: cannot start: {_said(error, config)}\n")
        return 1
    return 0


def _tells(post: Post | None) -> bool:
    """Whether this process says what to be warned of: the first of new workers does, which reads another file, perhaps;
    of the configuration at the start `wrp serve` did itself."""
    return post is None or (post.number == 0 and not post.welcome.speaks)


class Refusal(Exception):
    """An address at which this configuration must not listen."""


def _refuse(config: Config, workers: int) -> None:
    """What options could have brought past the checks of the file."""
    if workers > 1 and one_alone(config):
        raise Refusal("a SQLite file is for one process, and there are to be several: use store: {kind: redis}")
    for name, text in (("listen", config.listen), ("admin", config.admin)):
        address = split_address(text) if text is not None else ("localhost", 0)
        if address is None:
            raise Refusal(f"{name}: {text!r} is not like 127.0.0.1:8080 or [::1]:8080")
        if not config.keyed and not is_loopback(address[0]):
            raise Refusal(f"{name} {text} is open to other machines, and there are no keys: add keys: to a file")


def _count_files(config: Config, *, told: bool) -> None:
    """As many as may be; raises TooFewFiles."""
    places = raise_files(config.clients)
    if told and places < FEW_PLACES:
        sys.stderr.write(f"`ulimit -Hn` allows files for {places} connections at once: raise it\n")


def _warn(config: Config, workers: int) -> None:
    """What `wrp check` says of a number that is in the file, of one that is not."""
    if workers > 1 and workers != config.workers and (own := "; ".join(each_its_own(config))):
        sys.stderr.write(f"with {workers} workers each has its own: {own}\n")


def _said(error: Exception, config: Config) -> str:
    if not isinstance(error, OSError) or error.filename is not None:
        return str(error)
    places = " or ".join(place for place in (config.listen, config.admin) if place is not None)
    reason = error.strerror or str(error)
    hint = "; with --listen 127.0.0.1:0 the system picks a port" if error.errno == errno.EADDRINUSE else ""
    return f"{places}: {reason}{hint}"


async def _serve(config: Config) -> None:
    signals = Signals()
    signals.install()
    asyncio.get_running_loop().set_exception_handler(unheard)
    async with Router(config, timer=perf_counter) as router:
        _banner(config, router)
        look_seldom()
        await signals.stop.wait()
        await router.drain(signals.forced, typed=signals.typed)


async def _work(config: Config, post: Post, size: int) -> None:
    """As one of several."""
    signals = Signals()
    signals.install()
    asyncio.get_running_loop().set_exception_handler(unheard)
    await post.open()
    company = company_of(post.welcome, post, size)
    async with Router(config, timer=perf_counter, company=company) as router:
        if post.welcome.speaks:
            _banner(config, router)
        counting = asyncio.create_task(post.count(router.tally))
        post.ready(config.listen, config.admin, config.workers, config.drain.notice + config.drain.grace)
        await first_of(post.leave, post.lost, signals.stop)
        if post.leave.is_set():
            await router.hand_over(signals.forced)
        else:
            await router.drain(signals.forced, typed=signals.typed)
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    await post.close()


def _loop(main: Coroutine[object, object, None]) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


def _banner(config: Config, router: Router) -> None:
    url, parts = router.url, router.parts
    lines = [f"wrp listens at {url}/v1  ({guard(config)})", *security(config)]
    lines += [f"  {pool.name}: {pool.model} on {len(pool.servers)} server(s)" for pool in config.pools]
    if parts.costs.signals or parts.costs.tiers:
        lines.append(table(parts.costs, parts.signals))
    key = ' -H "authorization: Bearer KEY"' if config.keyed else ""
    lines.append(f'try: curl {url}/v1/chat/completions -H "content-type: application/json"{key} \\')
    lines.append('       -d \'{"model": "auto", "messages": [{"role": "user", "content": "hello"}]}\'')
    sys.stderr.write("\n".join(lines) + "\n")


async def _discovered(backends: list[str], listen: str) -> Config:
    urls = list(dict.fromkeys(backends))
    served = dict(zip(urls, await asyncio.gather(*map(_listed, urls)), strict=True))
    return config_for(served, listen)


async def _listed(url: str) -> list[str]:
    """Nothing where it did not say; then why stands on standard error."""
    try:
        return await models_of(url)
    except Unlisted as error:
        sys.stderr.write(f"{url} did not list its models ({error}); it gets every request as it comes\n")
        return []
