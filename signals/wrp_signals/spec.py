"""What every signal's declaration has in common. Decides nothing itself."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from .facts import Vector
from .signal import ValueType

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
"""A text that a user declares: an example, a word, a pattern."""

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]

EVIDENCE = 5
"""At most this many strings in a reading's evidence."""

LENGTH = 80
"""At most this many characters in each."""


class Spec(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """A signal as written in the configuration; its fields are the YAML keys. What conditions and start-up must know of
    a signal before it is built stands here: the type of its values, whether it needs some tier of embedding, and
    whether the same request may come to `vary` in it: by the time, by load, or by what was learned meanwhile."""

    value_type: ClassVar[ValueType]
    wants_vector: ClassVar[bool]
    varies: ClassVar[bool] = False


def short(text: str, length: int = LENGTH) -> str:
    """A text as evidence: one line, at most `length` characters."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1] + "…"


def blank(text: str) -> bool:
    """Whether there is nothing in it that an embedding could mean."""
    return not text or text.isspace()


def within_unit(value: float) -> float:
    """The value pulled into [0, 1]; 0 where it is not a number."""
    if value > 0.0:
        return value if value < 1.0 else 1.0
    return 0.0


def given(vector: Vector | None) -> Vector:
    """The vector. Raises ValueError where the caller passed none to a signal that wants one."""
    if vector is None:
        raise ValueError("this signal wants the vector of view.asked()")
    return vector
