"""`wrp train prior`"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.choosing import line
from tests.cli.conftest import Wrp
from tests.cli.judged import Says, written
from wrp_policies.learning.context import CATEGORIES, LEAST_DIM, SHAPE, bucket
from wrp_policies.learning.learner import Prior
from wrp_policies.learning.ridge import numbers_of
from wrp_router.build import assemble
from wrp_router.cli.progress import Bar
from wrp_router.cli.train_prior import FEWEST, facts_for
from wrp_router.config.load import load
from wrp_router.config.structs import Config
from wrp_router.rehearsal import Rehearsal, chat
from wrp_signals import Reading, WrongEmbedder

CONFIG = """\
version: 1
pools:
  - {name: small, model: qwen3-8b, servers: ["http://127.0.0.1:8001"]}
  - {name: large, model: llama-3.3-70b, servers: ["http://127.0.0.1:8002"]}
  - {name: spare, model: spare-1b, servers: ["http://127.0.0.1:8003"]}
signals: {SIGNALS}
routes:
  - {name: never, when: request.tokens > 100000, use: {kind: static, pools: [spare]}}
  - {name: never-shadowed, when: request.tokens > 100001, use: {kind: shadow,
      use: {kind: static, pools: [small, large]}, shadow: {kind: lints, pools: [small, large]}}}
  - {name: all, use: USE}
"""
USE = "{kind: linucb, pools: [small, large], floor: 0, objective: {quality: 1.0}, PRIOR}"
SAME = ("--models", "small=small", "large=large")

Write = Callable[..., str]


def opposed(number: int) -> dict[str, Any]:
    """Sums are for the one, places for the other."""
    one = line(number)
    return one | {"scores": {"small": float(one["task"] == "sum"), "large": float(one["task"] == "place")}}


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Writes the configuration, and gives its path."""

    def write(use: str = USE, prior: str = "prior: missing.json", signals: str = "{}") -> str:
        path = tmp_path / "wrp.yaml"
        path.write_text(CONFIG.replace("{SIGNALS}", signals).replace("USE", use).replace("PRIOR", prior))
        return str(path)

    return write


@pytest.fixture
def lines(tmp_path: Path) -> str:
    return written(tmp_path / "lines", map(opposed, range(120)))


def trained(wrp: Wrp, lines: str, config: str, out: Path, *more: str, route: str = "all") -> tuple[int, str, str]:
    """What the command says of these lines."""
    return wrp("train", "prior", "--data", lines, "-c", config, "--route", route, "--out", str(out), *more)


def loaded(path: str) -> Config:
    found = load(path, {})
    assert found.config is not None, found.problems
    return found.config


def firsts(config: str, prompts: list[str]) -> list[str]:
    """Where the router would send each, asked as its very first request."""
    made, found = loaded(config), []
    for prompt in prompts:
        plan = Rehearsal(made).ask(chat(prompt)).plan
        assert plan is not None
        found.append(plan.attempts[0].pool)
    return found


def test_a_router_chooses_by_it_from_the_first_request_on(wrp: Wrp, file: Write, tmp_path: Path, lines: str) -> None:
    """On prompts that nobody scored: sums go to the small pool, places to the large one; without it all go to one. That
    the file is not there before is no obstacle to making it."""
    out = tmp_path / "new" / "prior.json"
    code, told, err = trained(wrp, lines, file(prior=f"prior: {out}"), out, *SAME)
    assert (code, err) == (0, "")
    assert "small (small): 0.500 on 120 prompts, counts as 100 judged answers" in told
    fresh = [line(number, 1001)["prompt"] for number in range(1, 9)]
    assert firsts(file(prior=f"prior: {out}"), fresh) == ["small", "large"] * 4
    assert set(firsts(file(prior=""), fresh)) == {"small"}


def test_what_is_written_is_what_it_says(wrp: Wrp, file: Write, tmp_path: Path, lines: str) -> None:
    """The same file for the same lines; counts and means by pool, and what is unknown is not counted."""
    some = [opposed(number) for number in range(40)]
    for one in some[:10]:
        one["scores"]["large"] = None
    part, out, again = written(tmp_path / "part", some), tmp_path / "1.json", tmp_path / "2.json"
    code, told, _ = trained(wrp, part, file(), out, *SAME, "--json")
    assert trained(wrp, part, file(), again, *SAME)[0] == code == 0
    assert out.read_bytes() == again.read_bytes()
    card: dict[str, Any] = json.loads(told)
    prior = msgspec.json.decode(out.read_bytes(), type=Prior)
    assert [card[name] for name in ("route", "kind", "prompts", "categories")] == ["all", "linucb", 40, 0]
    assert prior.context == card["context"]
    assert card["pools"][1] == {
        "pool": "large",
        "model": "large",
        "prompts": 30,
        "score": 0.5,
        "counts_as": 30.0,
    }
    assert {name: one.count for name, one in prior.sums.items()} == {"small": 40.0, "large": 30.0}


def test_models_are_found_by_the_pools(wrp: Wrp, file: Write, tmp_path: Path) -> None:
    """By what they serve, unless it is told; a pool may be left out."""
    rows = [line(number) | {"scores": {"qwen3-8b": 0.25, "other": 1.0}, "cost": None} for number in range(30)]
    data, out = written(tmp_path / "rows", rows), tmp_path / "p.json"
    for more, means in ((("large=other",), {"small": 0.25, "large": 1.0}), (("large=",), {"small": 0.25})):
        code, told, _ = trained(wrp, data, file(), out, "--json", "--models", *more)
        assert code == 0
        assert {one["pool"]: one["score"] for one in json.loads(told)["pools"]} == means
        assert msgspec.json.decode(out.read_bytes(), type=Prior).sums.keys() == means.keys()


@pytest.mark.parametrize(
    ("route", "more", "why"),
    [
        ("nowhere", SAME, "has no route 'nowhere': never, never-shadowed, all"),
        (
            "never",
            SAME,
            "static of route never has no prior: linucb, lints and epsilon_greedy have one; routes here "
            "with one of these: never-shadowed, all",
        ),
        ("never-shadowed", (*SAME, "--which", "use"), "static of route never-shadowed has no prior"),
        ("all", (*SAME, "--which", "use"), "is of no kind `shadow`: leave --which out"),
        ("all", (), "no score of 'qwen3-8b', which pool small serves; it has small, large: say --models small=MODEL"),
        ("all", ("--models", "spare=small"), "route all has no pool 'spare': small, large"),
        ("all", ("--models", "small=", "large="), "leaves no pool"),
    ],
)
def test_what_cannot_be(
    wrp: Wrp, file: Write, tmp_path: Path, lines: str, route: str, more: tuple[str, ...], why: str
) -> None:
    """It is said what to do, and nothing is written."""
    out = tmp_path / "p.json"
    code, _, err = trained(wrp, lines, file(), out, *more, route=route)
    assert (code, why in err, out.exists()) == (1, True, False), err


def test_too_few_lines(wrp: Wrp, file: Write, tmp_path: Path) -> None:
    """In all, or of these models."""
    rows = [line(number) for number in range(FEWEST + 10)]
    for data, count in ((rows[:5], 5), ([*rows[:9], *(row | {"scores": {"x": 1.0}} for row in rows[9:])], 9)):
        code, _, err = trained(wrp, written(tmp_path / "few", data), file(), tmp_path / "p.json", *SAME)
        assert (code, f"has {count} prompts to learn from: {FEWEST} are the fewest" in err) == (1, True), err


def test_a_bad_mapping_and_a_bad_configuration(wrp: Wrp, tmp_path: Path, file: Write, lines: str) -> None:
    """The one is used wrongly, the other cannot be read."""
    code, _, err = trained(wrp, lines, file(), tmp_path / "p.json", "--models", "small")
    assert (code, "'small' is not like POOL=MODEL" in err) == (2, True)
    assert trained(wrp, lines, str(tmp_path / "none.yaml"), tmp_path / "p.json")[0] == 1


@pytest.mark.parametrize(
    ("which", "kind"),
    [((), "epsilon_greedy"), (("--which", "use"), "epsilon_greedy"), (("--which", "shadow"), "lints")],
)
def test_of_two_it_is_said_which(
    wrp: Wrp, file: Write, tmp_path: Path, lines: str, which: tuple[str, ...], kind: str
) -> None:
    """Of a shadow and what serves: what serves, else the one that is asked for."""
    pools = "pools: [small, large]"
    use = f"{{kind: shadow, use: {{kind: epsilon_greedy, {pools}}}, shadow: {{kind: lints, {pools}}}}}"
    code, told, err = trained(wrp, lines, file(use), tmp_path / "p.json", *SAME, *which, "--json")
    assert (code, err, json.loads(told)["kind"]) == (0, "", kind)


def test_of_two_the_one_that_learns(wrp: Wrp, file: Write, tmp_path: Path, lines: str) -> None:
    """Where the other does not."""
    code, told, _ = trained(wrp, lines, file(), tmp_path / "p.json", *SAME, "--json", route="never-shadowed")
    assert (code, json.loads(told)["kind"]) == (0, "lints")


def test_facts_are_those_of_the_gateway(file: Write) -> None:
    """What a router knew of the same prompts when it chose: tokens, vectors, the category, and so the context."""
    config = loaded(file(prior="", signals="{category: {kind: domain, tier: static}}"))
    prompts = [line(number)["prompt"] for number in range(6)] + ["Zeige mir 北京 — naïve?"]
    parts = assemble(config)
    use = config.routes[-1].use
    context, tiers = use.context(parts.materials)
    made = facts_for(prompts, parts, tiers, "auto", Bar())
    for prompt, ours in zip(prompts, made, strict=True):
        theirs = Rehearsal(config).ask(chat(prompt)).facts
        assert ours.category() == theirs.category() != "default"
        assert (ours.prompt_tokens, ours.turns, ours.vectors.keys()) == (theirs.prompt_tokens, 1, theirs.vectors.keys())
        assert context(ours).tolist() == pytest.approx(context(theirs).tolist(), abs=2e-3)


def test_the_category_teaches(wrp: Wrp, file: Write, tmp_path: Path, lines: str) -> None:
    """It stands among what was learned from; a signal that fails, or cannot be built, is one that was not read."""
    signals = "{category: {kind: keyword, words: [history]}}"
    out = tmp_path / "p.json"
    code, told, _ = trained(wrp, lines, file(signals=signals), out, *SAME, "--json")
    card = json.loads(told)
    assert (code, card["categories"]) == (0, 120)
    sums = msgspec.json.decode(out.read_bytes(), type=Prior).sums["small"]
    diagonal = numbers_of(sums.gram, 48 * 49 // 2)[[at * 48 - at * (at - 1) // 2 for at in range(48)]]
    counts = {SHAPE + bucket("True", CATEGORIES): 60.0, SHAPE + bucket("False", CATEGORIES): 60.0}
    assert {at: diagonal[at] for at in range(SHAPE, LEAST_DIM) if diagonal[at]} == counts


def test_a_category_that_nobody_can_tell(file: Write) -> None:
    """A signal that raises is unknown; one that is not there is not read."""

    def fails(asked: str) -> Reading:
        raise ValueError(asked)

    parts = assemble(loaded(file(prior="")))
    for signals, unknown in (
        ({"category": Says(fails)}, ("category",)),
        ({"category": Says(fails, tier="model")}, ()),
        ({}, ()),
    ):
        parts.signals.clear()
        parts.signals.update(signals)
        (facts,) = facts_for(["hello"], parts, frozenset(), "auto", Bar())
        assert (facts.readings, facts.unknown) == ({}, unknown)


def test_a_prior_of_another_context_ends_the_start(wrp: Wrp, file: Write, tmp_path: Path, lines: str) -> None:
    """It is said to train it again, which then helps; `wrp check` looks at no such file."""
    out = tmp_path / "prior.json"
    assert trained(wrp, lines, file(prior=f"prior: {out}"), out, *SAME)[0] == 0
    other = file(prior=f"prior: {out}, dim: 32")
    with pytest.raises(WrongEmbedder, match="run `wrp train prior` again"):
        Rehearsal(loaded(other))
    code, _, err = wrp("serve", "-c", other, "--listen", "127.0.0.1:0")
    assert (code, "wrp: cannot start:" in err, "run `wrp train prior` again" in err) == (1, True, True)
    assert wrp("check", other)[0] == 0
    assert trained(wrp, lines, other, out, *SAME)[0] == 0
    assert firsts(other, [line(1, 1000)["prompt"]]) == ["large"]
