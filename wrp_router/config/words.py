"""How the configuration's structs write down what their fields mean. The words land in the schema and the reference."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .units import Duration


def means(text: str) -> Meta:
    """What a field means, in one sentence or two."""
    return Meta(description=text)


_NAME_FORM = "use letters, digits, space, . _ and -, 64 at most, beginning with a letter or digit"
_OTHERS_FORM = f"{_NAME_FORM}; or * alone"
_IDENTIFIER_FORM = "use letters, digits and _, 64 at most, beginning with a letter"

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$", extra={"form": _NAME_FORM})]
"""The name of a thing: letters, digits, space, `.`, `_` and `-`, 64 characters at most. Names become metric labels."""

NameOrOthers = Annotated[str, Meta(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9 ._-]{0,63})$", extra={"form": _OTHERS_FORM})]
"""The same, or `*` for all that have no entry of their own."""

Identifier = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$", extra={"form": _IDENTIFIER_FORM})]
"""A name that can be used in a `when` expression."""

HeaderName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}$", extra={"form": "use letters, digits and -"})]
"""The name of a request header, in any case."""

Positive = Annotated[Duration, Meta(gt=0)]
"""A duration above zero."""
