"""KV memory of one engine: what running requests hold, and what is kept for whoever comes next. All in tokens."""

from __future__ import annotations

from collections import deque


class Run:
    """Blocks in a row that are held and let go of together; further ones follow, by their first block."""

    __slots__ = ("before", "blocks", "follow", "holders", "mark")

    def __init__(self, blocks: tuple[int, ...], before: Run | None) -> None:
        self.blocks = blocks
        self.before = before
        self.follow: dict[int, Run] = {}
        self.holders = 0
        self.mark = 0  # of who let go of it last


class Kept:
    """What one request let go of: runs up to `end`, as far as nobody held them or does again, and `tail` tokens."""

    __slots__ = ("end", "mark", "tail")

    def __init__(self, end: Run, tail: int, mark: int) -> None:
        self.end = end
        self.tail = tail
        self.mark = mark

    def alive(self) -> bool:
        """Whether anything of it could still be forgotten."""
        return self.tail > 0 or (self.end.mark == self.mark and not self.end.holders)


Place = tuple[int, int, Run, int]
"""Where a request's blocks lead to: so many of them are here, so many of all are held by nobody; after which run, and
how far into the next one (0: not)."""


class Memory:
    """`tokens` in all: prefix blocks of `block_tokens`, which requests share, and what each request has for itself.

    What nobody holds stays until its place is needed; then what was let go of first goes, and of one request the end
    before the beginning, for a tail is worth nothing without its head (as in vLLM). Generated tokens are kept like
    blocks, and take their room, but are never found again: nobody has their ids. A block's id stands for all that is
    before it, too; blocks are kept in a tree of runs (as in SGLang), so that few steps find many.
    """

    __slots__ = ("_crowd", "_kept", "_mark", "_root", "block_tokens", "evicted", "held", "kept", "tokens")

    def __init__(self, tokens: int, block_tokens: int) -> None:
        self.tokens = tokens
        self.block_tokens = block_tokens
        self.held = 0
        self.kept = 0  # beside them; what is too much goes when the next request is looked at
        self.evicted = 0  # blocks that went
        self._root = Run((), None)
        self._kept: deque[Kept] = deque()
        self._mark = 0
        self._crowd = 1024  # so many left something behind before those of whom nothing is left are cleared away

    def find(self, blocks: tuple[int, ...]) -> Place:
        """How much of it is here: first of all, how many leading blocks."""
        if self.held + self.kept > self.tokens:
            self._make_room()
        run, here, idle, count = self._root, 0, 0, len(blocks)
        while here < count:
            follower = run.follow.get(blocks[here])
            if follower is None:
                break
            known = follower.blocks
            end = here + len(known)
            if blocks[here:end] != known:
                inside = alike(blocks, here, known)
                idle += 0 if follower.holders else inside
                return here + inside, count - here - inside + idle, run, inside
            if not follower.holders:
                idle += len(known)
            run, here = follower, end
        return here, count - here + idle, run, 0

    def hold(self, blocks: tuple[int, ...], place: Place, tail: int) -> Run:
        """For a request that starts, with `tail` tokens of its own; `place` as `find` has just said. Where it ends."""
        here, fresh, end, inside = place
        if inside:
            end = split(end.follow[blocks[here - inside]], inside)
        if here < len(blocks):
            run = Run(blocks[here:], end)
            end.follow[blocks[here]] = run
            end = run
        size, taken, run = self.block_tokens, here - len(blocks), end
        while run.before is not None:
            if not run.holders:
                taken += len(run.blocks)
            run.holders += 1
            run = run.before
        self.held += fresh * size + tail
        self.kept -= taken * size
        return end

    def let_go(self, end: Run, tail: int) -> None:
        """Of a request that ended: all that nobody else holds is kept as long as there is room."""
        self._mark = mark = self._mark + 1
        left, run = 0, end
        while run.before is not None:
            run.holders -= 1
            if not run.holders:
                run.mark = mark
                left += len(run.blocks)
            run = run.before
        tokens = left * self.block_tokens + tail
        if tokens:
            self.held -= tokens
            self.kept += tokens
            self._kept.append(Kept(end, tail, mark))
            if len(self._kept) > self._crowd:
                self._kept = deque(kept for kept in self._kept if kept.alive())
                self._crowd = 1024 + 2 * len(self._kept)

    def drop(self, blocks: tuple[int, ...], end: Run, tail: int, computed: int) -> None:
        """Of a request of which only so many tokens were computed: the rest is no use to anybody."""
        if self.held + self.kept > self.tokens:
            self._make_room()
        whole, rest = computed // self.block_tokens, len(blocks)
        while rest > whole and end.before is not None and end.holders == 1 and not end.follow:
            cut = max(0, whole - rest + len(end.blocks))
            self.held -= (len(end.blocks) - cut) * self.block_tokens
            rest -= len(end.blocks) - cut
            end = cut_off(end, cut)
        useful = max(0, min(tail, computed - len(blocks) * self.block_tokens))
        self.held -= tail - useful
        self.let_go(end, useful)

    def spare(self) -> int:
        """Tokens that could still be generated: all that no running request holds. Negative under one too large."""
        return self.tokens - self.held

    def usage(self) -> float:
        """Share that running requests hold, in [0, 1]."""
        return min(1.0, self.held / self.tokens)

    def _make_room(self) -> None:
        kept, size, over = self._kept, self.block_tokens, self.held + self.kept - self.tokens
        self.kept -= over
        while over > 0 and kept:
            oldest = kept[0]
            if oldest.tail > over:
                oldest.tail -= over
                return
            over -= oldest.tail
            oldest.tail = 0
            run, mark = oldest.end, oldest.mark
            while over > 0 and run.mark == mark and not run.holders:
                count = min(len(run.blocks), (over + size - 1) // size)
                run = cut_off(run, len(run.blocks) - count)
                over -= count * size
                self.evicted += count
            oldest.end = run
            if over > 0:
                kept.popleft()
        self.kept += over


def alike(blocks: tuple[int, ...], start: int, known: tuple[int, ...]) -> int:
    """How many of the known ones stand there."""
    count = 0
    for block, other in zip(blocks[start : start + len(known)], known, strict=False):
        if block != other:
            break
        count += 1
    return count


def split(run: Run, count: int) -> Run:
    """Two runs of one; the first of so many blocks, about to be held. Whoever holds its end holds both."""
    before = run.before
    assert before is not None
    head = Run(run.blocks[:count], before)
    head.holders = run.holders
    head.follow[run.blocks[count]] = run
    before.follow[run.blocks[0]] = head
    run.blocks, run.before = run.blocks[count:], head
    return head


def cut_off(run: Run, count: int) -> Run:
    """Only so many blocks stay; where that ends now."""
    if count:
        run.blocks = run.blocks[:count]
        return run
    before = run.before
    assert before is not None
    del before.follow[run.blocks[0]]
    return before
