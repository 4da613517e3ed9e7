"""Prefix hashes: equal beginnings share them, nothing else does, and the seed hides them."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import Message, RequestView, prefix_hashes
from wrp_signals.prefix import FEW, LADDER, UNIT_BYTES, of_model, prompt_bytes

LONG = "You are a careful assistant. " * 200


def chat(*messages: Message, tools: tuple[str, ...] = ()) -> RequestView:
    return RequestView("chat", "auto", messages, tools=tools)


def shared(one: RequestView, other: RequestView) -> int:
    """How many leading hashes two views have in common."""
    pairs = zip(prefix_hashes(one), prefix_hashes(other), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(prefix_hashes(v)) for v in (one, other)))


def test_conversations_share_the_blocks_of_their_common_beginning():
    """A longer conversation keeps every hash of the shorter one; another question changes only what follows."""
    system = Message("system", LONG)
    short, grown = chat(system), chat(system, Message("user", "And now? " * 100))
    assert prefix_hashes(grown)[: len(prefix_hashes(short))] == prefix_hashes(short)
    asked = chat(system, Message("user", "Something else. " * 100))
    assert shared(grown, asked) == len(prefix_hashes(short))


@given(st.integers(0, len(LONG) - 1))
def test_one_changed_character_changes_every_hash_from_there_on(at):
    """Hashes are chained: no block after a change agrees by itself."""
    changed = LONG[:at] + "#" + LONG[at + 1 :]
    before = prefix_hashes(chat(Message("user", LONG)))
    after = prefix_hashes(chat(Message("user", changed)))
    same = [a == b for a, b in zip(before, after, strict=True)]
    assert same == sorted(same, reverse=True)
    block = (at + len("\x1euser\x1f")) // 512
    assert not any(same[block:])


def test_the_seed_keys_the_hashes():
    """Without the seed nobody can tell or make equal hashes."""
    view = chat(Message("user", LONG))
    assert set(prefix_hashes(view, seed=b"a")).isdisjoint(prefix_hashes(view, seed=b"b"))
    assert prefix_hashes(view, seed=b"a") == prefix_hashes(view, seed=b"a")


def test_hashes_are_the_same_in_every_process():
    """A recorded log can be replayed elsewhere: the numbers are fixed."""
    assert prefix_hashes(chat(Message("user", LONG)))[:2] == (253341744764392281, 7714880851905418950)


def test_roles_tools_and_order_are_part_of_the_prompt():
    """What templates render differently hashes differently."""
    base = chat(Message("user", LONG))
    assert shared(base, chat(Message("system", LONG))) == 0
    assert shared(base, chat(Message("user", LONG), tools=("search",))) == 0


def test_at_most_224_hashes_of_63_bits():
    """Bounded for any prompt, and safe as signed 64-bit integers."""
    found = prefix_hashes(chat(Message("user", "wörter 中 " * 200_000)))
    assert len(found) == len(LADDER) == 224
    assert all(0 <= one < 2**63 for one in found)
    assert len(set(found)) == 224


def test_blocks_grow_with_the_depth():
    """So few hashes reach a megabyte, and none is more than a 32nd of what is before it, but the smallest."""
    sizes = [end - begin for begin, end in pairwise((0, *LADDER))]
    assert sizes[:65] == [1] * 64 + [2]
    assert LADDER[-1] * UNIT_BYTES == 1 << 20
    assert all(size == 1 or size * 32 <= begin for size, begin in zip(sizes[1:], LADDER, strict=False))


@given(st.integers(20_000, 300_000), st.integers(0, 19_000))
def test_where_long_prompts_part_is_known(length, before):
    """They share the hashes of the blocks that end before the first difference, and no other."""
    text = "".join(map(chr, random.Random(length).choices(range(97, 123), k=length)))
    at = length - 1 - before
    one, other = chat(Message("user", text)), chat(Message("user", text[:at] + "#" + text[at + 1 :]))
    unit = (at + len("\x1euser\x1f")) // UNIT_BYTES
    assert shared(one, other) == min(len(prefix_hashes(one)), sum(end <= unit for end in LADDER))


def test_equal_units_at_other_places_are_other_blocks():
    """Swapping two units of a large block is seen."""
    units = ["".join(random.Random(n).choices("abcdef", k=UNIT_BYTES)) for n in range(73)]
    head = "x" * (UNIT_BYTES - len("\x1euser\x1f"))
    swapped = [*units[:-2], units[-1], units[-2]]
    one, other = (chat(Message("user", head + "".join(texts))) for texts in (units, swapped))
    assert len(prefix_hashes(one)) == len(prefix_hashes(other)) > 45
    assert prefix_hashes(one)[-2:] != prefix_hashes(other)[-2:]


@pytest.mark.parametrize("messages", [(), (Message("user", "short"),), (Message("user", LONG, images=1),)])
def test_prompts_without_a_full_known_block_have_no_prefix(messages):
    """Too short, or a picture first: there is nothing worth keeping."""
    assert prefix_hashes(chat(*messages)) == ()


def test_media_end_the_prefix():
    """What comes before a picture counts, what comes after does not."""
    before = Message("system", LONG)
    seen = prefix_hashes(chat(before, Message("user", LONG, audio=1), Message("user", LONG)))
    assert seen == prefix_hashes(chat(before))


def test_adapters_share_nothing():
    """Each has hashes of its own, which are shared among its own prompts as ever."""
    short, grown = prefix_hashes(chat(Message("user", LONG))), prefix_hashes(chat(Message("user", LONG + LONG)))
    assert of_model(grown, "sql")[: len(short) - 1] == of_model(short, "sql")[:-1]
    assert set(of_model(short, "sql")).isdisjoint([*short, *of_model(short, "law")])
    assert all(0 <= one < 1 << 63 for one in of_model(short, "sql"))


def test_few_and_many_blocks_are_chained_alike():
    """Where plain numbers give way to numpy's, the hashes of the common blocks go on being the same."""
    text = "".join(random.Random(3).choices("abcdefgh ", k=(FEW + 3) * UNIT_BYTES))
    every = prefix_hashes(chat(Message("user", text)), seed=b"s")
    assert len(every) > FEW
    for units, blocks in ((1, 1), (2, 2), (FEW - 1, FEW - 1), (FEW, FEW), (FEW + 1, FEW), (FEW + 2, FEW + 1)):
        assert prefix_hashes(chat(Message("user", text[: units * UNIT_BYTES])), seed=b"s") == every[:blocks]


TEXTS = st.text("ab é中🙂\ud800", max_size=40)


@given(
    st.lists(
        st.builds(Message, st.sampled_from(["user", "tool", "é\udc00"]), TEXTS, images=st.integers(0, 1)), max_size=5
    ),
    st.lists(TEXTS, max_size=3).map(tuple),
    st.integers(1, 120),
)
def test_the_bytes_are_those_of_each_part(messages, tools, limit):
    """Joined or coded first: UTF-8 of each, marks between, up to what is not a text; at least `limit` of them."""
    parts = ["\x1f".join(tools)]
    for message in messages:
        if message.images:
            break
        parts += ("\x1e", message.role, "\x1f", message.text)
    whole = b"".join([part.encode("utf-8", "replace") for part in parts])
    assert prompt_bytes(chat(*messages, tools=tools), 10**6) == whole
    assert prompt_bytes(chat(*messages, tools=tools), limit)[:limit] == whole[:limit]
