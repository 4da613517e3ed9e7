"""Whether a prompt begins like prompts that engines behind this router read lately. It keeps hashes, never a text."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from zlib import crc32

import msgspec

from .facts import Facts, Reading, RequestView
from .learning import Used, packed, unpacked
from .materials import Materials
from .prefix import LADDER, prefix_hashes
from .signal import Tier, ValueType
from .spec import Share, Spec, short

SHORT = Reading("cold", 0.0, ("shorter than a block",))


class WarmthSpec(Spec, frozen=True, tag="warmth"):
    """`warm` where at least `share` of the prompt's leading blocks (of 512 bytes, larger where it is long) were in
    prompts of the same tenant answered within the last `keep` seconds, else `cold`. `blocks` are remembered (about 100
    bytes each).

    Engines share what they keep among tenants unless told otherwise; `across_tenants` says that yours do, and that
    tenants may learn from where they are sent whether another one's prompt began like theirs.
    """

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True
    share: Share = 0.5
    keep: Annotated[float, msgspec.Meta(gt=0.0, le=1e7)] = 600.0
    blocks: Annotated[int, msgspec.Meta(ge=128, le=4_000_000)] = 65_536
    across_tenants: bool = False

    def build(self, materials: Materials | None = None) -> Warmth:
        return Warmth(self, materials.secret if materials is not None else b"")


class KeptBlocks(msgspec.Struct, frozen=True, array_like=True):
    """Blocks last answered by one model at one time."""

    time: float
    model: Annotated[str, msgspec.Meta(max_length=40)]
    blocks: tuple[int, ...]


class Kept(msgspec.Struct, frozen=True):
    """What was learned, as it is stored: generations, the older first."""

    kind: Literal["warmth-1"]
    generations: tuple[tuple[KeptBlocks, ...], tuple[KeptBlocks, ...]]


Seen = tuple[float, str]


class Warmth:
    """Value: "warm" or "cold"; score: the share of leading blocks that were seen; evidence: how many, and which model
    answered last the prompt that shares most.

    Blocks are kept in two generations of half of `blocks`: when the younger is full the older is forgotten. That is the
    least recently used order to within a half, at a third of its cost. `secret` keys the hashes.
    """

    value_type: ValueType = WarmthSpec.value_type
    tier: Tier = "none"
    expected_cost = 15e-6

    def __init__(self, spec: WarmthSpec, secret: bytes = b"") -> None:
        self._spec = spec
        self._secret = secret
        self._young: dict[int, Seen] = {}
        self._old: dict[int, Seen] = {}

    def read(self, view: RequestView, vector: object = None) -> Reading:
        blocks, salt = prefix_hashes(view, seed=self._secret), self._salt(view)
        if not blocks:
            return SHORT
        young, old, first = self._young, self._old, blocks[0] ^ salt
        if first not in young and first not in old:  # blocks are learned and forgotten with those before them
            return Reading("cold", 0.0, (f"0 of {len(blocks)} blocks",))
        since = view.time - self._spec.keep
        for place in range(len(blocks) - 1, -1, -1):
            # every hash covers all before it, so that the last one known tells how far the prompt is
            block = blocks[place] ^ salt
            seen = young.get(block) or old.get(block)
            if seen is not None and seen[0] >= since:
                share = LADDER[place] / LADDER[len(blocks) - 1]
                evidence = (f"{place + 1} of {len(blocks)} blocks", seen[1])
                return Reading("warm" if share >= self._spec.share else "cold", share, evidence)
        return Reading("cold", 0.0, (f"0 of {len(blocks)} blocks",))

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None:
        """The prompt was read by an engine."""
        model = short(used.model.encode("ascii", "replace").decode(), 40)
        salt = self._salt(view)
        blocks = [block ^ salt for block in prefix_hashes(view, seed=self._secret)]
        self._young.update(dict.fromkeys(blocks, (view.time, model)))
        if len(self._young) > self._spec.blocks // 2:
            self._old, self._young = self._young, {}

    def _salt(self, view: RequestView) -> int:
        """What keeps the blocks of tenants apart."""
        return 0 if self._spec.across_tenants else crc32(view.tenant.encode("utf-8", "replace"))

    def state(self) -> bytes:
        """Both generations."""
        return packed(Kept("warmth-1", (_kept(self._old), _kept(self._young))))

    def restore(self, state: bytes) -> None:
        """Raises StateDamaged. More blocks than fit are let go, the older generation first."""
        kept = unpacked(state, Kept).generations if state else ((), ())
        half = self._spec.blocks // 2 + 64
        old, young = ({block: (one.time, one.model) for one in each for block in one.blocks} for each in kept)
        self._old = old if len(old) <= half else {}
        self._young = young if len(young) <= half else {}


def _kept(blocks: dict[int, Seen]) -> tuple[KeptBlocks, ...]:
    by: dict[Seen, list[int]] = {}
    for block, seen in blocks.items():
        by.setdefault(seen, []).append(block)
    return tuple(KeptBlocks(*seen, tuple(found)) for seen, found in by.items())
