"""The past answers of one way, and which requests they are for. It has no way from one tenant to another's."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from wrp_cache.examples import Example, Texts
from wrp_policies.examples.types import Exemplary
from wrp_router.wire.examples import INSTRUCTING, TAKING
from wrp_signals.facts import Facts, RequestView

TURNS = ("user", "assistant")


class Shelves:
    """The past answers of one way: the policy has their books, `texts` what they say. `life` says for how many
    seconds an answer of a category is good; 0: it is not kept at all."""

    __slots__ = ("_key", "_life", "policy", "texts")

    def __init__(self, policy: Exemplary, key: bytes, life: Callable[[str], float]) -> None:
        self.policy, self._key, self._life = policy, key, life
        self.texts = Texts()
        policy.watch(self.texts.drop)

    def shelf(self, view: RequestView) -> str:
        """What stands for the instructions of a request; "" where it takes no examples and its answer becomes none.

        They are for plain conversations: messages by turns, all of them text, the user's first and last, one answer.
        Tools and their results, images, sound and forms (`response_format`) are not among them: examples would lack
        what made those answers, or be of another form. What is no text of a message is for `scope.cacheable` to say.
        """
        if view.operation not in TAKING or view.tools or view.n != 1 or view.response_format != "text":
            return ""
        told = 0
        while told < len(view.messages) and view.messages[told].role in INSTRUCTING:
            told += 1
        turns = view.messages[told:]
        if not turns or turns[0].role != "user" or turns[-1].role != "user":
            return ""
        if any([m.images or m.audio or m.tool_calls for m in view.messages]) or not all(
            [m.role in TURNS for m in turns]
        ):
            return ""
        instructions = "\x1e".join([message.text for message in view.messages[:told]])
        whose = f"{view.tenant}\xff{told}\xff{instructions}".encode("utf-8", "surrogatepass")
        return blake2b(whose, digest_size=12, key=self._key, person=b"examples").hexdigest()

    def keep(self, facts: Facts, example: Example, tokens: int, now: float) -> bool:
        """Enter an answer, if there is room for it, and its category's answers are kept at all."""
        life = self._life(facts.category())
        try:
            size = len(example.question.encode()) + len(example.answer.encode())
        except UnicodeEncodeError:
            return False  # half a character: JSON cannot say it
        self.texts.put(facts.tenant, facts.id, example)
        if life > 0 and self.policy.keep(facts, tokens, size, now, now + life):
            return True
        self.texts.drop(facts.tenant, facts.id)
        return False

    def purge(self, tenant: str | None, partition: bytes | None) -> int:
        """What an order to purge means, at once: how many that were."""
        named = self.texts.named(tenant, partition)
        for whose, id in named:
            self.policy.drop(whose, id)
        return len(named)
