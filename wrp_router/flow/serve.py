"""One request from its arrival to its row in the log. Live traffic and simulations run this very function."""

from __future__ import annotations

from wrp_cache.types import Hit
from wrp_policies.routes import Matched, NoMatch
from wrp_policies.types import Pools
from wrp_router.errors import NotCached, NotFound, RouterError, UpstreamTimedOut
from wrp_signals.facts import Vector, packed
from wrp_signals.surface import surface

from .accounting import lead, permit, reserve, settlement
from .admitting import may_keep
from .asks import Ask
from .attempts import walk
from .commands import NOW, Answer, ClientGone, Embed, Enter, Entered, Flow, Note
from .consulting import consult
from .fetching import recalled, whole
from .hearing import hear, lose
from .judging import judge
from .likeness import nearest
from .reading import cheapest, embedded, env_of, within_budget
from .rooms import Rooms, Way
from .sharing import finish, share
from .shedding import patience, turned_away
from .sparing import spared
from .story import Story

HAIR = 0.002
"""Seconds by which event loops wake too early: they count milliseconds."""


def serve(ask: Ask, rooms: Rooms) -> Flow[None]:
    """Every way out of here, the client's leaving included, ends in exactly one Row."""
    story = Story(ask)
    try:
        try:
            yield from _serve(ask, rooms, story)
            yield from hear(ask, rooms, story)
        except RouterError as error:
            story.failed(error)
            story.delivered = yield Answer(story.label(), error=error)
    except ClientGone as gone:
        story.left(gone, (yield NOW))
        lose(rooms, story)
    if story.reserved is not None:
        yield settlement(ask, story)
    yield Note(story.row())


def _serve(ask: Ask, rooms: Rooms, story: Story) -> Flow[None]:
    if rooms.accounts is not None:
        permit(ask, rooms.accounts)
    auto = ask.view.model in rooms.auto
    known = (yield from _route(ask, rooms, story)) if rooms.route_first and auto else None
    hit = _exact(ask, rooms, story, known)
    if hit is not None and hit.away:
        hit = yield from whole(rooms, hit)
    elif hit is None and story.cache == "miss" and rooms.cache is not None and rooms.cache.recalling:
        hit = yield from recalled(ask, rooms)
    if hit is None:
        way = known or ((yield from _route(ask, rooms, story)) if auto else _named(ask, rooms))
        if rooms.accounts is not None and auto:
            lead(ask, rooms.accounts, way)
        if way.category:
            yield from _category(ask, rooms, story)
        vector = (yield from _for_cache(ask, rooms, story, way)) if rooms.cache is not None else None
        story.routed(way.name)
        if vector is not None and story.cache == "miss":
            hit = yield from nearest(ask, rooms, story, way, vector)
    if hit is not None:
        story.found(hit)
        story.delivered = yield Answer(story.label(), hit=hit)
        return
    if ask.control.only_if_cached:
        raise NotCached("No cached answer, and x-wrp-cache: only-if-cached asked for none other.")
    yield from _fetch(ask, rooms, story, way, vector)


def _fetch(ask: Ask, rooms: Rooms, story: Story, way: Way, vector: Vector | None) -> Flow[None]:
    """From an engine, unless the same is being fetched already."""
    if way.tiers:
        yield from _for_choice(ask, rooms, story, way)
    sharing = story.cache == "miss" and may_keep(ask, rooms, way)
    shared = (yield from share(ask, rooms)) if sharing else None
    if isinstance(shared, Hit):
        story.found(shared, shared=True)
        story.delivered = yield Answer(story.label(), hit=shared)
        return
    try:
        if rooms.accounts is not None:
            yield from reserve(ask, rooms.accounts, story, way)
        consulting, pools = way.planner.consulting, way.pools
        if consulting is not None:
            pools = yield from consult(ask, rooms, story, way, consulting)
        entered: Entered = yield _enter(ask, rooms, way, pools)
        yield from walk(ask, rooms, story, way, _able(ask, story, way, entered), entered.now, vector)
    finally:
        if shared is not None and rooms.flights is not None:
            finish(rooms.flights, shared, story.answered, story.kept)
    if story.probe is not None and story.served is not None and story.cascade != "returned":
        yield from judge(ask, rooms, story, story.probe, story.delivered)


def _enter(ask: Ask, rooms: Rooms, way: Way, pools: tuple[str, ...]) -> Enter:
    view, seconds = ask.view, patience(ask, rooms, way)
    return Enter(pools, seconds, ask.until, view.priority, view.tenant, rooms.limits.line * seconds)


def _exact(ask: Ask, rooms: Rooms, story: Story, way: Way | None) -> Hit | None:
    """The answer to the same request, unless its `way`, where that is known already, has no cache."""
    if rooms.cache is None:
        return None
    if ask.key is None or ask.control.no_cache or (way is not None and not way.cache):
        story.cache = "bypass"
        return None
    story.cache = "miss"
    return rooms.cache.exact(ask.key, ask.view.tenant, ask.arrived, ask.control.max_age)


def _named(ask: Ask, rooms: Rooms) -> Way:
    model = ask.view.model
    way = rooms.way_of(model)
    if way is None:
        raise NotFound(f"The model {model!r} does not exist.", code="model_not_found", param="model")
    return way


def _route(ask: Ask, rooms: Rooms, story: Story) -> Flow[Way]:
    """First match wins; a signal is read only while a route still in play depends on it, the cheapest first."""
    env = env_of(ask, story)
    while True:
        verdict = rooms.routes.decide(env)
        if isinstance(verdict, Matched):
            story.why = verdict.why
            return rooms.ways[verdict.index]
        if isinstance(verdict, NoMatch):
            raise NotFound("No route matches this request, and there is no default route.", code="no_route")
        yield from within_budget(ask, rooms, story, cheapest(rooms, verdict.signals))


def _for_cache(ask: Ask, rooms: Rooms, story: Story, way: Way) -> Flow[Vector | None]:
    """What the cache goes by, whether it may answer or keep what is answered: the category, for its bars, where routing
    could do without; and the embedding. None where only equal questions may share an answer, or none at all; or where
    there is too much to do, unless the caller wants nothing else."""
    if story.cache == "miss" and not way.cache:
        story.cache = "bypass"
    if story.cache != "miss" and not may_keep(ask, rooms, way):
        return None
    if rooms.semantic and not ask.control.only_if_cached and spared(rooms, story):
        return None
    yield from _category(ask, rooms, story)
    if not rooms.semantic or ask.partition is None:
        return None
    vector: Vector | None = yield Embed(ask.view, rooms.limits.embedding)
    return vector


def _category(ask: Ask, rooms: Rooms, story: Story) -> Flow[None]:
    """Where there is such a signal, and routing could do without."""
    if "category" in rooms.costs and not story.asked("category"):
        yield from within_budget(ask, rooms, story, "category")


def _for_choice(ask: Ask, rooms: Rooms, story: Story, way: Way) -> Flow[None]:
    """By what the choice of a model knows the prompt, within what is left of the time for routing."""
    vectors: dict[str, bytes] = {}
    for tier in way.tiers:
        if tier == "surface":
            vectors[tier] = packed(surface(ask.view.asked()))
            continue
        vector = yield from embedded(ask, rooms, story, tier)
        if vector is not None:
            vectors[tier] = packed(vector)
    story.embedded(vectors)


def _able(ask: Ask, story: Story, way: Way, entered: Entered) -> Pools:
    """The pools of the route that serve such requests."""
    if entered.now >= ask.until - HAIR:
        raise UpstreamTimedOut("The deadline passed before an engine was asked.", code="deadline_exceeded")
    if entered.pools is None:
        raise turned_away(story, entered.shed or "late")
    operation = ask.view.operation
    able = tuple([pool for pool in entered.pools if pool.name in way.pools and operation in pool.abilities])
    if not able:
        raise NotFound(
            f"No pool behind this route has {ask.view.operation!r} among its `abilities`.", code="unsupported_operation"
        )
    return able
