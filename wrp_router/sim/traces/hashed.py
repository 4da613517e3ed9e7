"""JSON lines with ids of blocks: Mooncake's (FAST'25), and the variant that says how large its blocks are.

Times are milliseconds. A row may hold more than is asked for; nothing else is guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

import msgspec
from msgspec import field

from .arrival import Trace, TraceUnusable
from .lines import BROKEN, BlockId, Raw, Tokens, checked, keys, numbered

Milliseconds = Annotated[float, msgspec.Meta(ge=0, le=1e15)]


class _Mooncake(msgspec.Struct, gc=False):
    ms: Milliseconds = field(name="timestamp")
    prompt: Tokens = field(name="input_length")
    output: Tokens = field(name="output_length")
    blocks: tuple[BlockId, ...] = field(name="hash_ids")
    size: ClassVar[int] = 512


class _Sized(msgspec.Struct, gc=False):
    ms: Milliseconds = field(name="timestamp_ms")
    prompt: Tokens = field(name="input_length")
    output: Tokens = field(name="output_length")
    blocks: tuple[BlockId, ...] = field(name="hash_ids")
    size: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = field(name="block_size")


_Form = type[_Mooncake] | type[_Sized]
_Row = TypeVar("_Row", _Mooncake, _Sized, _Mooncake | _Sized)


def mooncake(path: Path, number: int, line: bytes) -> Trace | None:
    """`timestamp`, `input_length`, `output_length`, `hash_ids` of 512-token blocks. None for any other first line."""
    return _trace(path, _Mooncake, _Mooncake.size) if keys(line) >= {"timestamp", "hash_ids"} else None


def sized(path: Path, number: int, line: bytes) -> Trace | None:
    """The same with `timestamp_ms` and a `block_size`, one for all rows. None if the first line has others. Raises
    TraceUnusable if the first row has no size."""
    if not keys(line) >= {"timestamp_ms", "hash_ids"}:
        return None
    return _trace(path, _Sized, _decoded(path, number, line, msgspec.json.Decoder(_Sized)).size)


def _trace(path: Path, form: _Form, block_tokens: int) -> Trace:
    return Trace(path.name, block_tokens, lambda: checked(path, _rows(path, form, block_tokens), block_tokens))


def _rows(path: Path, form: _Form, block_tokens: int) -> Iterator[Raw]:
    decoder: msgspec.json.Decoder[_Mooncake | _Sized] = msgspec.json.Decoder(form)
    for number, line in numbered(path):
        row = _decoded(path, number, line, decoder)
        if row.size != block_tokens:
            raise TraceUnusable(path, number, f"blocks of {row.size} tokens, those before it had {block_tokens}")
        yield number, row.ms / 1000, row.prompt, row.output, row.blocks


def _decoded(path: Path, number: int, line: bytes, decoder: msgspec.json.Decoder[_Row]) -> _Row:
    try:
        return decoder.decode(line)
    except BROKEN as wrong:
        raise TraceUnusable(path, number, str(wrong)) from None
