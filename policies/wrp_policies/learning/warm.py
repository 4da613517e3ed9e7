"""A prior out of offline outcomes: what learners would know of these requests, had they been judged on them. It reads
and writes no file."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from wrp_signals.errors import WeightsDamaged, WrongEmbedder
from wrp_signals.facts import Facts

from .context import Context
from .learner import Prior
from .ridge import Floats, Ridge, statistics_of


def warm_start(context: Context, facts: Sequence[Facts], scores: Floats, names: Sequence[str]) -> bytes:
    """The bytes of a file for `prior`: `scores` float64[n, pools] in [0, 1] say how well each pool of `names` answered
    each request, nan where nobody knows. The context is that of the policy that shall read it: what was learned along
    other axes would be worth nothing to it, and is refused.

    Raises ValueError where scores are not in [0, 1], or not so many.
    """
    known = scores[~np.isnan(scores)]
    if scores.shape != (len(facts), len(names)) or (known.size and not (known.min() >= 0.0 and known.max() <= 1.0)):
        raise ValueError(f"scores in [0, 1] are wanted for {len(facts)} requests and {len(names)} pools")
    contexts = np.array([context(one) for one in facts], np.float64).reshape(len(facts), context.dim)
    return msgspec.json.encode(Prior(context.id, statistics_of(contexts, scores, names))) + b"\n"


def prior_of(data: bytes, file: str, context: Context) -> Prior:
    """What `warm_start` gave, read for a learner of this context; `file` is what errors call it.

    Raises WeightsDamaged where it is something else, WrongEmbedder where it was made along other axes.
    """
    try:
        prior = msgspec.json.decode(data, type=Prior)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WeightsDamaged(f"{file} is no prior ({error}): `wrp train prior` writes one") from None
    if prior.context != context.id:
        raise WrongEmbedder(
            f"{file} is a prior along the axes {prior.context!r}, here they are {context.id!r}: "
            "run `wrp train prior` again"
        )
    try:
        Ridge(tuple(prior.sums), context.precision).merge(prior.sums)
    except ValueError as error:
        raise WeightsDamaged(f"{file} is damaged ({error}): run `wrp train prior` again") from None
    return prior
