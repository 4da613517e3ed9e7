"""Arrays and the card that vouches for them, in one .npz file. It unpickles nothing, and takes no more memory than such
a file may fill, whatever the bytes say."""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import re2

from .errors import WeightsDamaged

Arrays = Mapping[str, npt.NDArray[Any]]

_CARD = "card"
_FRONT = 10
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_HEADER = re2.compile(
    rb"\{'descr': '([<>|][biuf][1248])', 'fortran_order': (True|False), 'shape': \(([0-9]*,?(?: [0-9]+,?)*)\), \} *\n"
)
"""What numpy writes before numbers (format 1.0); it reads more than that, by evaluating it."""


class Vouching(Protocol):
    """A card: a msgspec.Struct with the digest of its arrays."""

    @property
    def sha256(self) -> str: ...


C = TypeVar("C", bound=Vouching)


class Form(msgspec.Struct, Generic[C], frozen=True):
    """One kind of such files: the type of its `card`, the `largest` number of bytes that its arrays may take, what a
    file is that is none (`otherwise`), and the `remedy`."""

    card: type[C]
    largest: int
    otherwise: str
    remedy: str

    def packed(self, card: C, arrays: Arrays) -> bytes:
        """The file; the card goes with the arrays, with their digest."""
        sealed = msgspec.structs.replace(card, sha256=digest(arrays))  # type: ignore[type-var]
        told = np.frombuffer(msgspec.json.encode(sealed), np.uint8)
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **{_CARD: told}, **dict(arrays))
        return file.getvalue()

    def unpacked(self, data: bytes, name: str) -> tuple[C, dict[str, npt.NDArray[Any]]]:
        """What `packed` wrote. Raises WeightsDamaged for any other bytes, naming the file and what to run."""
        try:
            arrays = self._arrays(data)
            card = msgspec.json.decode(arrays.pop(_CARD).tobytes(), type=self.card)
        except (ValueError, OSError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise WeightsDamaged(f"{name} {self.otherwise} ({error}): {self.remedy}") from None
        if digest(arrays) != card.sha256:
            raise WeightsDamaged(f"{name}: the arrays are not those that its card describes: {self.remedy}")
        return card, arrays

    def _arrays(self, data: bytes) -> dict[str, npt.NDArray[Any]]:
        """By name. Nothing is unpacked before it is known to be small."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > self.largest:
                raise ValueError(f"more than {self.largest >> 20} MiB")
            return {member.filename.removesuffix(".npy"): _array(archive, member) for member in members}


def digest(arrays: Arrays) -> str:
    """SHA-256 over names, types, shapes and bytes."""
    whole = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        whole.update(f"{name} {array.dtype.str} {array.shape}\0".encode())
        whole.update(array.tobytes())
    return whole.hexdigest()


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """The numbers of one member, which says what they are and must hold just as many."""
    if member.compress_type not in _METHODS:
        raise ValueError(f"{member.filename} is compressed by method {member.compress_type}")
    with archive.open(member) as stream:
        data = stream.read(member.file_size)
    front = np.lib.format.MAGIC_PREFIX + b"\1\0"
    header = _HEADER.fullmatch(data[_FRONT : _FRONT + int.from_bytes(data[8:_FRONT], "little")])
    if not data.startswith(front) or header is None:
        raise ValueError(f"{member.filename} holds no numbers")
    numbers = np.frombuffer(data, header[1].decode(), offset=header.end() + _FRONT)
    shape = tuple([int(size) for size in header[3].replace(b",", b" ").split()])
    if math.prod(shape) != len(numbers):
        raise ValueError(f"{member.filename} holds {len(numbers)} numbers, not {shape}")
    return numbers.reshape(shape, order="F" if header[2] == b"True" else "C").copy(order="A")
