"""Arrays with their card in one file: read with suspicion."""

from __future__ import annotations

import io
import zipfile

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.arrays import Form, digest
from wrp_signals.errors import WeightsDamaged


class Card(msgspec.Struct, frozen=True):
    """One of what there are."""

    id: str
    sha256: str = ""


FORM = Form(Card, 1 << 16, "is no such file", "run `wrp`")
ARRAYS = {
    "line": np.arange(3, dtype="<i4"),
    "plane": np.asfortranarray(np.arange(600, dtype="<f2").reshape(20, 30)),
    "cube": np.linspace(0, 1, 24, dtype="<f4").reshape(2, 3, 4),
    "one": np.array(7.0),
    "none": np.empty((0, 4), np.uint8),
}
WHOLE = FORM.packed(Card("made up"), ARRAYS)


def zipped(**members: bytes) -> bytes:
    """An archive of these."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return file.getvalue()


def numbers(shape: str, kind: str = "<f4", data: bytes = bytes(8)) -> bytes:
    """A member that says so much of itself."""
    told = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + len(told).to_bytes(2, "little") + told + data


def test_there_and_back() -> None:
    """Names, types, shapes and numbers, and the card with their digest."""
    card, arrays = FORM.unpacked(WHOLE, "a.npz")
    assert card == Card("made up", digest(ARRAYS))
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)
        assert (arrays[name] == array).all()
        assert arrays[name].flags.writeable


def test_arrays_of_another_card() -> None:
    """Are refused, sound as they are."""
    stolen = zipped(card=numbers("(11,)", "|u1", b'{"id": "a"}'), a=numbers("(2,)"))
    with pytest.raises(WeightsDamaged, match=r"^a.npz: the arrays are not those that its card describes: run `wrp`$"):
        FORM.unpacked(stolen, "a.npz")


def test_numpy_reads_it_too() -> None:
    """The format is its own."""
    with np.load(io.BytesIO(WHOLE), allow_pickle=False) as file:
        assert file.files == ["card", *ARRAYS]
        assert (file["plane"] == ARRAYS["plane"]).all()


def test_the_digest() -> None:
    """Goes by names, types, shapes and numbers, not by order; it is the one that files out there have."""
    assert digest(dict(reversed(ARRAYS.items()))) == digest(ARRAYS)
    assert digest({"a": np.zeros(4, "<f4")}) == "c44f5039366cdc65b0bf5b4991562cdae74fbd72baa78603c8e1d21e5a4c26cc"
    others = ({"b": np.zeros(4, "<f4")}, {"a": np.zeros(4, "<i4")}, {"a": np.zeros((2, 2), "<f4")})
    assert len({digest(each) for each in ({"a": np.zeros(4, "<f4")}, *others)}) == 4


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 2))
def test_damaged_bytes(changes: list[tuple[int, int]], cut: int) -> None:
    """Are refused, by name, with what to run, or were of no importance."""
    data = bytearray(WHOLE)
    for at, byte in changes:
        data[at] = byte
    said, arrays = "a.npz: run `wrp`", ARRAYS
    try:
        _, arrays = FORM.unpacked(bytes(data[: len(data) - 50 * cut]), "a.npz")
    except WeightsDamaged as error:
        said = str(error)
    assert (said[:5], said[-11:]) == ("a.npz", ": run `wrp`")
    assert digest(arrays) == digest(ARRAYS)


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (numbers("(3,)"), "holds 2 numbers, not"),
        (numbers("(2305843009213693952,)"), "holds 2 numbers, not"),
        (numbers("(" + "9" * 99 + ",)"), "holds 2 numbers, not"),
        (numbers("(-2, -1)"), "holds no numbers"),
        (numbers("(" + "1, " * 99 + "2)"), "maximum"),
        (numbers("(2,)", "|O"), "holds no numbers"),
        (numbers("(2,)", "<M8"), "holds no numbers"),
        (numbers("(2,)", "<i3"), "holds no numbers"),
        (numbers("(2,)", data=bytes(7)), "buffer size"),
        (numbers("(__import__('os').abort(),)"), "holds no numbers"),
        (b"numbers", "holds no numbers"),
        (b"", "holds no numbers"),
    ],
)
def test_a_member_that_is_no_array(member: bytes, why: str) -> None:
    """Is refused before memory is taken for what it says it holds."""
    card = numbers("(11,)", "|u1", b'{"id": "a"}')
    for data in (zipped(card=card, a=member), zipped(card=member)):
        with pytest.raises(WeightsDamaged, match=rf"a.npz is no such file \(.*{why}.*\): run `wrp`"):
            FORM.unpacked(data, "a.npz")


def test_an_archive_larger_than_it_may_be() -> None:
    """Is refused before anything of it is unpacked, also where what it says of itself is not true."""
    bomb = zipped(card=bytes(1 << 17))
    with pytest.raises(WeightsDamaged, match="more than 0 MiB"):
        FORM.unpacked(bomb, "a.npz")
    with pytest.raises(WeightsDamaged, match="is no such file"):
        FORM.unpacked(bomb.replace((1 << 17).to_bytes(4, "little"), (8).to_bytes(4, "little")), "a.npz")


def test_other_archives() -> None:
    """Encrypted, packed otherwise, or without a card."""
    odd = io.BytesIO()
    with zipfile.ZipFile(odd, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("card.npy", numbers("(2,)"))
    locked = bytearray(zipped(card=numbers("(2,)")))
    locked[6] = locked[locked.index(b"PK\1\2") + 8] = 1
    for data in (odd.getvalue(), bytes(locked), zipped(a=numbers("(2,)"))):
        with pytest.raises(WeightsDamaged, match="is no such file"):
            FORM.unpacked(data, "a.npz")
