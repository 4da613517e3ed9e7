"""Prompts on one server, answers from another, over real sockets: both dialects, streamed and not."""

from __future__ import annotations

from typing import Any

from tests.live.conftest import Connect
from tests.live.divided import ASK, BALANCE, STREAMED, Division, seen, told
from tests.live.raw import request
from tests.live.scene import until
from wrp_policies.balancing import Disaggregated, LeastLoad
from wrp_policies.selection import InContext
from wrp_router.config.caching import CacheConfig
from wrp_router.config.pools import PoolConfig
from wrp_router.config.structs import RouteConfig, ServerConfig


@STREAMED
async def test_one_computes_and_the_other_answers(division: Division, gpt: Any, stream: bool) -> None:
    """The answer is that of the decode server, which had all of the prompt; the log says who computed it."""
    await division.stage()
    text, headers = await gpt(division, stream=stream)
    assert text
    assert (headers["x-wrp-server"], headers["x-wrp-attempts"]) == ("decode0", "1")
    assert division.decodes[0].seen[0].cached_tokens > 50
    (row,) = await told(division)
    assert [(one.server, one.prefill) for one in row.outcomes] == [("decode0", "prefill0")]
    assert division.fabric.kept() == 0


@STREAMED
async def test_what_servers_are_asked(division: Division, gpt: Any, stream: bool) -> None:
    """The prefill server for a whole answer, of one token where the dialect says so; the decode server for what the
    client wants. What a client says of blocks and rooms reaches neither."""
    await division.stage()
    extra = {"kv_transfer_params": {"remote_host": "evil"}, "bootstrap_host": "evil", "min_tokens": 5}
    options = {"stream_options": {"include_usage": True}} if stream else {}
    await gpt(division, stream=stream, max_completion_tokens=20, extra_body=extra, **options)
    first, second = division.prefills[0].seen[0].json(), division.decodes[0].seen[0].json()
    assert (first["stream"], "stream_options" in first, second["stream"]) == (False, False, stream)
    assert "evil" not in str(first) + str(second)
    if division.engine == "vllm":
        assert (first["max_tokens"], first["max_completion_tokens"], "min_tokens" in first) == (1, 1, False)
        assert second["kv_transfer_params"]["remote_engine_id"].startswith("engine-")
    else:
        rooms = [(body["bootstrap_host"], body["bootstrap_port"], body["bootstrap_room"]) for body in (first, second)]
        assert rooms[0] == rooms[1] == ("127.0.0.1", 8998, first["bootstrap_room"])
    assert (second["max_completion_tokens"], second["min_tokens"]) == (20, 5)
    await told(division)


async def test_the_prompt_counts_where_it_is_computed(division: Division, gpt: Any) -> None:
    """Its tokens are booked at the prefill server, and its time is learned there; the other learns none."""
    await division.stage()
    division.prefills[0].fault = division.decodes[0].fault = "ttft=20ms"
    for number in range(9):
        await gpt(division, messages=[{"role": "user", "content": f"{number} " * 200 * (number + 1)}])
    shown = division.shown()
    assert shown["prefill0"].prefill > 0.0
    assert (shown["decode0"].prefill, shown["decode0"].base) == (0.0, 0.0)
    assert shown["decode0"].ttft > 0.0


async def test_what_is_booked_meanwhile(division: Division, connect: Connect) -> None:
    """One request at each of the two, the prompt's tokens at the first alone."""
    router = await division.stage()
    division.prefills[0].fault = "ttft=30s"
    raw = await connect(router)
    await raw.send(request(ASK))
    await until(lambda: len(division.booked()) == 2 and division.prefills[0].seen)
    booked = division.booked()
    assert (booked["decode0"], booked["prefill0"][0]) == ((1, 0), 1)
    assert booked["prefill0"][1] > 50
    raw.leave("rst")
    await told(division)


async def test_several_answers_at_once(division: Division, gpt: Any) -> None:
    """vLLM lets go of blocks when the first has fetched them, so the decode server computes such prompts itself; SGLang
    gets a room for each."""
    await division.stage()
    text, _ = await gpt(division, n=3)
    assert text
    if division.engine == "vllm":
        assert seen(division) == ([0], [1])
    else:
        rooms = division.decodes[0].seen[0].json()["bootstrap_room"]
        assert (len(set(rooms)), seen(division)) == (3, ([1], [1]))
    (row,) = await told(division)
    assert row.outcomes[0].prefill == ("" if division.engine == "vllm" else "prefill0")


async def test_an_answer_of_one_token_hands_nothing_over(vllm: Division, gpt: Any) -> None:
    """The prefill server has said all there is, and keeps no blocks: the decode server does it all, and is charged."""
    await vllm.stage()
    text, _ = await gpt(vllm, stop=[" "])
    assert text
    assert (seen(vllm), vllm.decodes[0].seen[0].json().get("kv_transfer_params")) == (([1], [1]), None)
    (row,) = await told(vllm)
    assert row.outcomes[0].prefill == ""


async def test_short_prompts_stay_where_they_are_answered(vllm: Division, gpt: Any) -> None:
    """By the tokens that are missing there."""
    await vllm.stage(balance=Disaggregated(prefill=LeastLoad(), local=20))
    await gpt(vllm, messages=[{"role": "user", "content": "Hello"}])
    assert seen(vllm) == ([0], [1])
    await gpt(vllm)
    assert seen(vllm) == ([1], [2])
    await told(vllm)


async def test_who_waits_gets_both(division: Division, connect: Connect) -> None:
    """With room for one, requests are served one after the other, and none of them is turned away."""
    router = await division.stage(limits={"prefill0": 1, "decode0": 1})
    clients = [await connect(router) for _ in range(6)]
    for number, raw in enumerate(clients):
        await raw.send(request({**ASK, "seed": number}))
    assert [(await raw.answer())[0] for raw in clients] == [200] * 6
    assert seen(division) == ([6], [6])
    await told(division)


async def test_examples_before_a_prompt(vllm: Division, gpt: Any) -> None:
    """Both servers get them: the one would compute another prompt than the other answers else."""
    large = await vllm.scene.engine()
    for side in ("prefill", "decode"):
        await vllm._join(side, 0, {})
    use = InContext(small="small", large="large", similarity=0.3, floor=0.33)
    small = PoolConfig("small", tuple(vllm.servers), "fake", engine="vllm", balance=BALANCE, metrics="off")
    pools = (small, PoolConfig("large", (ServerConfig(large.url, "l0"),), "fake", metrics="off"))
    routes, cache = (RouteConfig("all", use),), CacheConfig(semantic=False)
    vllm.router = await vllm.scene.open(large, pools=pools, routes=routes, cache=cache)
    for number in range(40):
        asked = [{"role": "user", "content": f"How do I sort a list of names, in {number} ways? " * 9}]
        assert (await gpt(vllm, model="auto", messages=asked))[0]
    sent = [[len(one.json()["messages"]) for one in engine.seen] for engine in (*vllm.prefills, *vllm.decodes)]
    assert sent[0] == sent[1]
    assert max(sent[0]) > 1
