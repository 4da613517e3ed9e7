"""What `quality` is built from in tests: a card that two looks of a prompt decide."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from wrp_policies.learning.forest import Forest
from wrp_policies.learning.lookout import Lookout
from wrp_policies.learning.quality_card import Quality, QualityCard, packed
from wrp_policies.learning.trend import Trend
from wrp_signals.facts import packed as vector_of
from wrp_signals.materials import Materials
from wrp_signals.surface import NAMES, SURFACE, surface

OPTIONS = NAMES.index("options")


def card(trend: Trend | None = None, **changes: Any) -> bytes:
    """Of two models: `model-small` is as good as can be where there are options, else `model-large` is better."""
    forest = Forest(
        feature=np.array([OPTIONS, 0, 0], np.int32),
        threshold=np.array([0.5, np.inf, np.inf], np.float32),
        below=np.array([1, 1, 2], np.int32),
        roots=np.array([0], np.int32),
        depth=1,
        values=np.array([[0.0, 0.0], [0.3, 0.9], [1.0, 0.8]], np.float32),
    )
    facts = QualityCard(
        id="made",
        models=("model-small", "model-large"),
        scores=(0.5, 0.7),
        costs=(None, None),
        samples=(9, 9),
        prompts=9,
        embedders={"surface": SURFACE},
        dims={"surface": len(NAMES)},
    )
    facts = msgspec.structs.replace(facts, **changes)
    return packed(Quality(facts, Lookout(("surface",), {}, {}), forest, trend))


def read_file(path: str) -> bytes:
    """The card, by whatever name; there is no file called `missing`. Raises FileNotFoundError."""
    if path == "missing":
        raise FileNotFoundError(path)
    return card()


MATERIALS = Materials(read_file=read_file)


def looks(prompt: str) -> dict[str, bytes]:
    """What facts of such a prompt hold."""
    return {"surface": vector_of(surface(prompt))}
