"""What bars have learnt, as bytes and back. What is damaged, or of others, is refused, and no decoder sees it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence

import msgspec

from wrp_cache.bars.acceptance import Acceptance
from wrp_cache.bars.budget import Budget, BudgetState
from wrp_cache.bars.verified import Verified, VerifiedState

MAGIC = b"WRPBARS1"
_DIGEST = 32
_AT_ONCE = 1000

State = BudgetState | VerifiedState


class BarsDoubtful(Exception):
    """The bytes are not what was written, or not for these bars; the text says why."""


class Kept(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`written`: seconds since 1970; `parts`: states, each in msgpack, of bars of this kind."""

    kind: str
    written: float
    parts: Sequence[bytes]


def parts_of(acceptance: Acceptance, now: float) -> Iterator[bytes]:
    """What it has learnt, a little at a time: it may go on learning in between. Nothing where it does not learn."""
    if isinstance(acceptance, Verified):
        yield from (msgspec.msgpack.encode(state) for state in acceptance.states(_AT_ONCE))
    elif isinstance(acceptance, Budget):
        yield from (msgspec.msgpack.encode(state) for state in acceptance.states(now))


def write(acceptance: Acceptance, parts: Sequence[bytes], wall: float, key: bytes) -> bytes:
    """These parts in one. `wall`: seconds since 1970. `key`: at most 64 bytes, without which nobody can forge it."""
    packed = msgspec.msgpack.encode(Kept(_kind(acceptance), wall, parts))
    return MAGIC + _digest(packed, key) + packed


def restore(acceptance: Acceptance, data: bytes, now: float, wall: float, key: bytes) -> None:
    """Have it go on from there; what it knows has grown older meanwhile. Raises BarsDoubtful; then nothing is
    changed."""
    seal, packed = data[len(MAGIC) : len(MAGIC) + _DIGEST], data[len(MAGIC) + _DIGEST :]
    if data[: len(MAGIC)] != MAGIC or not hmac.compare_digest(seal, _digest(packed, key)):
        raise BarsDoubtful("it is damaged, or written with another key")
    try:
        kept = msgspec.msgpack.decode(packed, type=Kept)
        if kept.kind != _kind(acceptance):
            raise BarsDoubtful(f"it is of {kept.kind} bars, not of {_kind(acceptance)} ones")
        then = now - max(0.0, wall - kept.written)
        if isinstance(acceptance, Verified):
            acceptance.restore(_verified(kept.parts), then)
        elif isinstance(acceptance, Budget):
            acceptance.restore(_budget(kept.parts), then)
    except (ValueError, RecursionError) as error:
        raise BarsDoubtful(f"it is of another make: {error}") from None


def _verified(parts: Sequence[bytes]) -> VerifiedState:
    """All parts in one. Raises ValueError, also where they are of several versions."""
    states = [msgspec.msgpack.decode(part, type=VerifiedState) for part in parts]
    _alike([state.version for state in states])
    learners = [learner for state in states for learner in state.learners]
    return msgspec.structs.replace(states[0], learners=learners) if states else VerifiedState([])


def _budget(parts: Sequence[bytes]) -> BudgetState:
    """The same."""
    states = [msgspec.msgpack.decode(part, type=BudgetState) for part in parts]
    _alike([(state.version, state.edges) for state in states])
    desks, crowds = [desk for state in states for desk in state.desks], [c for state in states for c in state.crowds]
    return msgspec.structs.replace(states[0], desks=desks, crowds=crowds) if states else BudgetState([])


def _alike(versions: Sequence[object]) -> None:
    if len(set(versions)) > 1:
        raise ValueError("parts of several versions")


def _kind(acceptance: Acceptance) -> str:
    return type(acceptance).__name__.lower()


def _digest(packed: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=_DIGEST, key=key).digest()
