"""`wrp keys`: keys made, listed and revoked, where routers look for them."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any

import msgspec

from wrp_router.accounts.keys import (
    ID_BYTES,
    SECRET_BYTES,
    Issued,
    digest_of,
    fingerprint_of,
    made_of,
    under_another,
)
from wrp_router.live.audit import Audit
from wrp_router.live.issued import Unreadable
from wrp_signals import RANK

from .cupboards import Cupboard, InFile, OnServer
from .reading import read
from .telling import CannotDo, failed

PEPPER = "WRP_KEY_PEPPER"


def run(options: argparse.Namespace) -> int:
    """0 where it was done, 1 where not."""
    try:
        return PARTS[options.part](options)
    except (CannotDo, Unreadable, OSError, ImportError) as error:
        return failed(error)


def _create(options: argparse.Namespace) -> int:
    cupboard, pepper = _where(options)
    if not pepper:
        raise CannotDo(f"a key is kept under a pepper: put one into {PEPPER}, or name a --config that has one")
    if len(pepper) < SECRET_BYTES // 2:
        raise CannotDo("this pepper is too short to be worth anything: openssl rand -hex 32 makes one")
    highest = options.max_priority
    if highest is not None and RANK[highest] > RANK[options.priority]:
        raise CannotDo(f"--max-priority {highest} is below --priority {options.priority}: raise it, or leave it out")
    now = time()
    id, key = made_of(secrets.token_bytes(ID_BYTES), secrets.token_bytes(SECRET_BYTES))
    expires = None if options.expires is None else now + options.expires
    which = fingerprint_of(pepper)
    digest = digest_of(key, pepper)
    issued = Issued(id, options.tenant, digest, now, options.admin, options.priority, highest, expires, pepper=which)
    others = under_another(cupboard.load().keys, pepper, now)
    cupboard.add(issued)
    _audit(options, "key_created", id, options.tenant)
    if options.json:
        sys.stdout.write(json.dumps({"key": key, **_told(issued, now)}, indent=1) + "\n")
    else:
        sys.stderr.write(f"This is the only time that the key {id} of {options.tenant} is shown:\n")
        sys.stdout.write(key + "\n")
    if others:
        sys.stderr.write(
            f"warning: this key is under the pepper {which}, and {len(others)} of {cupboard} under another "
            f"({', '.join(sorted({one.pepper for one in others}))}): a router knows those under its own alone\n"
        )
    return 0


def _list(options: argparse.Namespace) -> int:
    cupboard, _ = _where(options)
    if options.file is not None:
        Path(options.file).stat()  # one that is not there is no file without keys: its name is written wrongly
    now = time()
    rows = [_told(one, now) for one in cupboard.load().keys]
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return 0
    heads = ("id", "tenant", "role", "state", "created", "expires", "pepper")
    table = [heads, *[tuple([str(row[head] or "-") for head in heads]) for row in rows]]
    widths = [max(len(line[column]) for line in table) for column in range(len(heads))]
    for line in table:
        words = [word.ljust(width) for word, width in zip(line, widths, strict=True)]
        sys.stdout.write("  ".join(words).rstrip() + "\n")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    cupboard, _ = _where(options)
    try:
        tenant = cupboard.revoke(options.id, time()).tenant
    except KeyError:
        raise CannotDo(f"no key of {cupboard} that is not revoked has the id {options.id!r}") from None
    _audit(options, "key_revoked", options.id, tenant)
    sys.stderr.write(f"The key {options.id} opens nothing any more, as soon as routers look again.\n")
    return 0


def _where(options: argparse.Namespace) -> tuple[Cupboard, bytes]:
    """Where keys are kept, and the pepper. Raises CannotDo."""
    if options.config is None:
        return InFile(Path(options.file)), os.environ.get(PEPPER, "").encode()
    config = read(options.config)
    if config is not None and config.keys_redis is not None:
        return OnServer(config.keys_redis), config.keys_redis.pepper.reveal().encode()
    if config is not None and config.keys_file is not None:
        return InFile(Path(config.keys_file.path)), config.keys_file.pepper.reveal().encode()
    raise CannotDo(f"{options.config} names no keys_file and no keys_redis")


def _audit(options: argparse.Namespace, event: str, id: str, tenant: str) -> None:
    """In the audit log of the configuration that was named, if it has one."""
    config = read(options.config) if options.config is not None else None
    if config is not None and config.log.audit is not None:
        Audit(config.log.audit).tell(event, key=id, tenant=tenant)


def _told(issued: Issued, now: float) -> dict[str, Any]:
    """What may be said of it. Its digest is nobody's business."""
    state = "revoked" if issued.revoked is not None else "good" if issued.good(now) else "expired"
    told = {name: value for name, value in msgspec.structs.asdict(issued).items() if name not in ("digest", "admin")}
    dates = {name: _date(told[name]) for name in ("created", "expires", "revoked")}
    return {**told, **dates, "role": "admin" if issued.admin else "tenant", "state": state}


def _date(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


PARTS = {"create": _create, "list": _list, "revoke": _revoke}
