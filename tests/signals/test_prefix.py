"""Prefix hashes: equal beginnings share them, nothing else does, and the seed hides them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import Message, RequestView, prefix_hashes
from wrp_signals.prefix import of_model

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
    assert prefix_hashes(chat(Message("user", LONG)), limit=2) == (3255044520535438265, 8536425835693815366)


def test_roles_tools_and_order_are_part_of_the_prompt():
    """What templates render differently hashes differently."""
    base = chat(Message("user", LONG))
    assert shared(base, chat(Message("system", LONG))) == 0
    assert shared(base, chat(Message("user", LONG), tools=("search",))) == 0


def test_at_most_limit_hashes_of_63_bits():
    """Bounded for any prompt, and safe as signed 64-bit integers."""
    found = prefix_hashes(chat(Message("user", "wörter 中 " * 100_000)), limit=16)
    assert len(found) == 16
    assert all(0 <= one < 2**63 for one in found)
    assert len(set(found)) == 16


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
