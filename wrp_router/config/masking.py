"""Keeps secrets that were written into a file out of the lines shown from it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FIELDS = ("api_key", "key", "secret", "password", "token", "authorization")
_SHORTEST = 4

_BY_NAME = re.compile(
    rf"""(?ix) ( (?<![a-z0-9_]) ["']? (?:{"|".join(_FIELDS)}) ["']? [ \t]*:[ \t\["']* )   # the field's name
         (?!\$\{{) ( [^\s"',}}{{\[\]\#] [^\r\n"',}}\]\#]* )                                      # what is written there
    """
)
_IN_URL = re.compile(r"(?<=//)[^/@\s]{1,512}(?=@)")


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with stars, as many as there were characters so that columns stay, for: the given secrets, whatever
    is written under a field with a secret's name, and user names and passwords in URLs. `${NAME}` stays."""
    known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
    if known:
        text = re.sub("|".join(re.escape(secret) for secret in known), _stars, text)
    text = _BY_NAME.sub(lambda found: found[1] + "*" * len(found[2]), text)
    return _IN_URL.sub(_stars, text)


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])
