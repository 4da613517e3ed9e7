"""What `wrp keys` may be told."""

from __future__ import annotations

import argparse
import re

KEY_PARTS = {
    "create": "make a key: it is shown once, and kept as a digest only",
    "list": "the keys there are: ids, tenants, states; no secrets",
    "revoke": "have a key open nothing any more, without a restart",
}
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_CLASSES = ["critical", "default", "sheddable"]


def keys(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(dest="part", metavar="PART", required=True)
    for name, summary in KEY_PARTS.items():
        part = parts.add_parser(name, help=summary, description=summary)
        where = part.add_mutually_exclusive_group(required=True)
        where.add_argument("-c", "--config", metavar="FILE", help="the configuration that has keys_file or keys_redis")
        what = "the file of keys itself; the pepper comes from WRP_KEY_PEPPER then"
        where.add_argument("--file", metavar="FILE", help=what)
        if name != "revoke":
            part.add_argument("--json", action="store_true", help="print JSON instead of text")
        if name == "create":
            _create(part)
        if name == "revoke":
            part.add_argument("id", metavar="ID", help="the public part of the key, as the list has it")


def _create(part: argparse.ArgumentParser) -> None:
    part.add_argument("--tenant", metavar="NAME", required=True, type=tenant, help="whose key it is")
    part.add_argument("--admin", action="store_true", help="it also opens what concerns all tenants")
    part.add_argument("--expires", metavar="DURATION", type=duration, help="it opens nothing after that, such as 90d")
    part.add_argument("--priority", choices=_CLASSES, default="default", help="of requests that ask for none")
    part.add_argument("--max-priority", choices=_CLASSES, help="the highest that x-wrp-priority gets it")


def tenant(text: str) -> str:
    """A name as the configuration has it. Raises ArgumentTypeError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", text):
        raise argparse.ArgumentTypeError("a tenant is letters, digits, space, . _ and -, 64 at most")
    return text


def duration(text: str) -> float:
    """Seconds above zero. Raises ArgumentTypeError."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhdw])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 90d or 12h")
    return float(found[1]) * _SECONDS[found[2]]
