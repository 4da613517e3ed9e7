"""What is believed, and what is not."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cache.makers import clustered, entry
from wrp_cache.stores.seal import Broken, Sealer, halves, header_of, wholes

SEALER = Sealer(b"secret", b"here")


def sealed(sealer: Sealer = SEALER, body: bytes = b"body"):
    header = sealer.write(header_of(entry(body=body), 1e9))
    seal = sealer.seal(header, b"vector")
    return header, seal, sealer.proof(seal, body)


@given(st.binary(max_size=200), st.text(st.characters(exclude_categories=("Cs",))), st.integers(0, 2**60))
def test_what_is_sealed_is_read_again(body, text, tokens):
    """Every field."""
    put = entry(body=body, asked=text, tenant=text, tokens_in=tokens)
    header = SEALER.write(header_of(put, 1e9))
    seal = SEALER.seal(header, b"v")
    opened = SEALER.open(header, b"v", seal)
    assert opened.entry(SEALER.prove(opened, seal, body, SEALER.proof(seal, body)), put.created) == put
    assert (opened.size, opened.written) == (len(body), 1e9)


@given(st.data())
def test_a_changed_byte_is_seen(data):
    """Wherever it is."""
    header, seal, proof = sealed()
    parts = [bytearray(header), bytearray(b"vector"), bytearray(seal), bytearray(proof), bytearray(b"body")]
    part = data.draw(st.sampled_from(parts))
    part[data.draw(st.integers(0, len(part) - 1))] ^= data.draw(st.integers(1, 255))
    header, vector, seal, proof, body = (bytes(each) for each in parts)
    with pytest.raises(Broken):
        SEALER.prove(SEALER.open(header, vector, seal), seal, body, proof)


def test_bytes_cannot_move_from_one_part_to_the_next():
    """Header and vector are told apart by their lengths."""
    header, seal, _ = sealed()
    with pytest.raises(Broken, match="seal"):
        SEALER.open(header[:-1], header[-1:] + b"vector", seal)


def test_a_seal_is_good_for_one_secret_and_one_purpose():
    """Nothing that was written elsewhere is believed."""
    header, seal, _ = sealed()
    for other in (Sealer(b"other", b"here"), Sealer(b"secret", b"there"), Sealer(b"", b"here")):
        with pytest.raises(Broken, match="seal"):
            other.open(header, b"vector", seal)


@pytest.mark.parametrize("wrong", [None, 1, 1.5, "text", bytearray(b"x")])
def test_what_is_no_bytes_is_broken(wrong):
    """As columns of a damaged file may be."""
    header, seal, proof = sealed()
    for parts in ((wrong, b"vector", seal), (header, wrong, seal), (header, b"vector", wrong)):
        with pytest.raises(Broken, match="not bytes"):
            SEALER.open(*parts)
    opened = SEALER.open(header, b"vector", seal)
    for parts in ((wrong, b"body", proof), (seal, wrong, proof), (seal, b"body", wrong)):
        with pytest.raises(Broken, match="not bytes"):
            SEALER.prove(opened, *parts)


def test_a_header_of_another_version_is_broken():
    """Though its seal is right."""
    for header in (msgspec.msgpack.encode([1, 2, 3]), b"\xc1", b"\x91" * 10_000):
        with pytest.raises(Broken, match="header"):
            SEALER.open(header, b"", SEALER.seal(header, b""))


def test_a_body_of_another_length_is_broken():
    """Whatever its proof says."""
    header, seal, _ = sealed()
    with pytest.raises(Broken, match="body"):
        SEALER.prove(SEALER.open(header, b"vector", seal), seal, b"longer body", SEALER.proof(seal, b"longer body"))


def test_half_precision_keeps_the_direction():
    """Of vectors as embedders make them."""
    vectors = clustered(200, 384, 1)
    back = wholes([halves(vector) for vector in vectors])
    assert all(float(one @ other) > 1 - 1e-6 for one, other in zip(vectors, back, strict=True))
    assert np.allclose([np.linalg.norm(each) for each in back], 1.0, atol=1e-6)
    assert all(each.dtype == np.float32 for each in back)


def test_what_has_no_direction_is_no_vector():
    """Nothing, zeros, infinities, half a number."""
    assert halves(None) == b""
    none = [b"", bytes(8), np.array([np.inf, 1.0], "<f2").tobytes(), np.array([np.nan, 1.0], "<f2").tobytes(), b"\x01"]
    assert wholes(none) == [None] * 5
    assert wholes([]) == []
    for each in none:
        assert wholes([each]) == [None]
        assert wholes([each, each]) == [None, None]
