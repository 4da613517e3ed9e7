"""Self-consistency: the same model is asked again, and the answer is as good as many of its answers agree with it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated

from msgspec import Meta

from wrp_policies.cascading.agreement import Agree, agreeing, final
from wrp_policies.cascading.cases import Case
from wrp_policies.cascading.types import Verdict
from wrp_policies.questions import Again, Asking, Question, Questions
from wrp_signals.materials import Materials

from .spec import Spec


class SelfConsistency(Spec, frozen=True, tag="self_consistency"):
    """The score is the share of `samples` answers, the one that is held among them, that come to the same (Wang et al.:
    "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv:2203.11171; as the bar of a
    cascade: Yue et al., arXiv:2310.03094). Cannot tell where the answer comes to nothing that could be compared, or too
    many of the others do not come. Each costs what the request costs once more."""

    samples: Annotated[int, Meta(ge=3, le=8, description="Answers in all.")] = 5
    temperature: Annotated[
        float, Meta(gt=0, le=2, description="At which the others are drawn; Anthropic's end at 1.")
    ] = 0.7
    agree: Annotated[
        Agree,
        Meta(
            description="By what answers agree: their last `number`, the letter of a multiple `choice`, the whole text "
            "or JSON (`exact`), or most of their words (`similar`, which is weak). Calls of tools are compared by name "
            "and arguments, and JSON that was asked for as JSON, whatever stands here."
        ),
    ] = "exact"
    at: Annotated[float, Meta(gt=0, le=1, description="The share from which on it is accepted.")] = 0.6
    tokens: Annotated[
        int, Meta(ge=16, le=65_536, description="The most that each may have, where the caller allows as many.")
    ] = 2048
    patience: Annotated[
        float, Meta(gt=0, le=600, extra={"unit": "duration"}, description="How long all of them may take.")
    ] = 20.0
    early: Annotated[
        bool,
        Meta(
            description="Ask no more once the verdict is certain; its score then is a bound. `false` where scores of a "
            "log are to calibrate thresholds."
        ),
    ] = True

    @property
    def bar(self) -> float:
        """A share."""
        return self.at

    def build(self, materials: Materials) -> SelfConsistency:
        """This object itself."""
        return self

    def examine(self, case: Case) -> Asking[Verdict]:
        """As many at once as could decide it if all agreed, and again, until nothing can change the verdict."""
        held = final(case.answer, case.wanted, self.agree)
        if held is None:
            return Verdict(None, f"self-consistency: no {self.agree} to compare")
        poll, left, seed = Poll(self.samples, case.bar), self.patience, _seed(case.facts.id)
        while left > 0.0 and (many := poll.more(self.early)):
            each = [Again(self.temperature, seed + poll.asked + place) for place in range(many)]
            asked = tuple([Question(case.pool, what, self.tokens) for what in each])
            told = yield Questions(asked, left)
            for one in told:
                theirs = final(one.answer, case.wanted, self.agree) if one.answer is not None else None
                poll.count(one.answer is not None, agreeing(theirs, held))
            if not any([one.answer is not None for one in told]):
                break
            left -= max([one.seconds for one in told])
        return poll.verdict()


class Poll:
    """So many answers, of which the first agrees with itself. `asked` are those that were, be they missing or not."""

    __slots__ = ("_agreed", "_bar", "_missing", "_samples", "asked")

    def __init__(self, samples: int, bar: float) -> None:
        self._samples, self._bar = samples, bar
        self._agreed, self._missing, self.asked = 1, 0, 0

    def count(self, came: bool, agrees: bool) -> None:
        """One of the others."""
        self.asked += 1
        self._missing += not came
        self._agreed += agrees

    def more(self, early: bool) -> int:
        """How many are to be asked next: so many as it takes to accept, none where that is certain or impossible."""
        left = self._samples - 1 - self.asked
        if not early:
            return left
        wanted = self._enough() - self._agreed
        return wanted if 0 < wanted <= left else 0

    def verdict(self) -> Verdict:
        """A share; a bound of it, on the same side of the bar, where not all were asked."""
        left = self._samples - 1 - self.asked
        low, high = self._agreed, self._agreed + self._missing + left
        said = f"self-consistency: {self._agreed} of {self.asked + 1 - self._missing} agree"
        said += f", {self._missing} missing" * bool(self._missing) + f", of {self._samples}" * bool(left)
        enough = self._enough()
        if low < enough <= high:
            return Verdict(None, said)
        return Verdict((low if low >= enough else high) / self._samples, said)

    def _enough(self) -> int:
        """The fewest that reach the bar."""
        reaching = [many for many in range(1, self._samples + 1) if many / self._samples >= self._bar]
        return reaching[0] if reaching else self._samples + 1


def _seed(id: str) -> int:
    """The same for the same request: what is drawn can be drawn again."""
    return int.from_bytes(blake2b(id.encode(), digest_size=3).digest(), "big")
