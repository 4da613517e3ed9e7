"""Learns how far the token estimate is from what engines count, by class of text and model. It knows no tokenizer."""

from __future__ import annotations

from collections import OrderedDict

from .estimate import estimate
from .facts import Facts, RequestView
from .family import family_of
from .fits import FEWEST, KEYS, LARGEST, LEAST, MOST, Kept, KeptFit, Sums
from .learning import Used, packed, unpacked

MEMORY = 200
"""Answers after which an old one has lost two thirds of its weight."""

FACTOR_PRIOR, OVERHEAD_PRIOR = 1.0, 6.4e-5
"""How strongly a fit is held to where it started: the factor as by one answer; the overhead as if it were known to
within 15 tokens, where single answers are 12 % off."""

SURE, STRAY = 10.0, 1.6
"""From so many answers on, one that is more than STRAY times off the fit counts as if it were just that far off."""

LONG, SETTLED, RARELY = 8_192, 1_000, 4
"""Of requests longer than LONG bytes, and after SETTLED answers of all, only every RARELY-th teaches: its text has to
be counted again."""

LONGEST = 10_000_000
"""Tokens of a prompt beyond which nobody is believed."""


class Fit:
    """reported = factor * estimate + overhead: least squares of the relative error, held to where it started."""

    __slots__ = ("factor", "overhead", "start", "sums")

    def __init__(self, start: tuple[float, float] = (1.0, 0.0), sums: Sums | None = None) -> None:
        self.start = start
        self.factor, self.overhead = start
        self.sums = sums or Sums()
        if sums is not None:
            self._solve()

    def add(self, estimated: float, reported: float) -> None:
        """One answer; both are positive."""
        x, sums = 1.0 / estimated, self.sums
        ratio, low, high = reported * x, LEAST, MOST + LARGEST * x
        if sums.ratios >= SURE:
            said = self.factor + self.overhead * x
            low, high = said / STRAY, said * STRAY
        ratio = min(max(ratio, low), high)
        fading = 1.0 - 1.0 / MEMORY
        weight = 1.0 / ratio  # so that too much and too little weigh the same
        self.sums = Sums(
            sums.count * fading + weight,
            sums.inverse * fading + weight * x,
            sums.squares * fading + weight * x * x,
            sums.ratios * fading + 1.0,
            sums.products * fading + x,
        )
        self._solve()

    def _solve(self) -> None:
        """Two normal equations. The factor is the best one for the overhead as bounded."""
        sums, (factor, overhead) = self.sums, self.start
        count, squares = sums.count + FACTOR_PRIOR, sums.squares + OVERHEAD_PRIOR
        ratios, products = sums.ratios + FACTOR_PRIOR * factor, sums.products + OVERHEAD_PRIOR * overhead
        spread = max(count * squares - sums.inverse**2, 1e-9)
        best = (count * products - sums.inverse * ratios) / spread
        self.overhead = min(max(best, FEWEST), LARGEST)
        self.factor = min(max((ratios - sums.inverse * self.overhead) / count, LEAST), MOST)


class Calibration:
    """The token estimate, corrected by what engines reported. Before anything was learned it is the estimate.

    Every class of text has a fit of its own for all models together, from which the fit of each family of models
    starts: that of the model that answered, and that of the name that was asked for ("auto" stands for the mixture of
    what routes choose). An engine can at worst make its own family's estimates four times too large or small.
    """

    def __init__(self) -> None:
        self._fits: OrderedDict[tuple[str, str], Fit] = OrderedDict()
        self._turn = 0

    def tokens(self, view: RequestView) -> int:
        """Tokens of the prompt as the model that is asked for would count them: the estimate, and 0.5 us."""
        estimated, text_class = estimate(view)
        fit = self._fits.get((text_class, family_of(view.model))) or self._fits.get((text_class, ""))
        return estimated if fit is None else max(1, int(fit.factor * estimated + fit.overhead + 0.5))

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None:
        """Takes in what the engine counted."""
        self._turn += 1
        if (view.size > LONG or self._turn > SETTLED) and self._turn % RARELY:
            return
        if not 0 < used.tokens_in < LONGEST:
            return
        estimated, text_class = estimate(view)
        if not 0 < estimated < LONGEST:
            return
        common = self._fit((text_class, ""), None)
        common.add(estimated, used.tokens_in)
        for family in dict.fromkeys((family_of(used.model), family_of(view.model))):
            if family:
                self._fit((text_class, family), common).add(estimated, used.tokens_in)

    def _fit(self, key: tuple[str, str], common: Fit | None) -> Fit:
        fit = self._fits.get(key)
        if fit is None:
            fit = self._fits[key] = Fit() if common is None else Fit((common.factor, common.overhead))
            if len(self._fits) > KEYS:
                self._fits.popitem(last=False)
        else:
            self._fits.move_to_end(key)
        return fit

    def state(self) -> bytes:
        """All fits."""
        fits = [KeptFit(*key, *fit.start, fit.sums) for key, fit in self._fits.items()]
        return packed(Kept("calibration-1", tuple(fits)))

    def restore(self, state: bytes) -> None:
        """Raises StateDamaged."""
        kept = unpacked(state, Kept).fits if state else ()
        fits = [((fit.text_class, fit.family), Fit((fit.factor, fit.overhead), fit.sums)) for fit in kept]
        self._fits = OrderedDict(fits)
