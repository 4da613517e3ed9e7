"""`wrp explain`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Wrp
from tests.cli.serving import chat, free_port, talked_to
from wrp_policies import Attempt, Ended, Outcome
from wrp_policies.examples.types import Given
from wrp_policies.types import Plan
from wrp_router.record import Feedback, Row, to_line
from wrp_router.rehearsal import chat as request
from wrp_signals import Facts


def test_a_prompt(wrp: Wrp, config):
    """Signals, routes, candidates, choice, and what would have changed it."""
    code, out, err = wrp("explain", "-c", config(), "Prove it")
    assert (code, err) == (0, "")
    assert out == (
        "decision rehearsal-1: route thinking sent it to large/127.0.0.1:8003, because thinking matched: "
        "proof = true, request.tokens = 8\n\n"
        "signals\n  proof = true  (score 1.000): prove\n\n"
        "routes\n  -> thinking: true  (proof = true, request.tokens = 8)\n\n"
        "smallest change: if `request.tokens < 1000` were false (now request.tokens = 8), "
        "it would take the route everything-else\n\n"
        "plan by static: static order (propensity 1.000)\n  1. large/127.0.0.1:8003\n\ncache: off\n"
    )


def test_every_piece(wrp: Wrp, config):
    """`--verbose` shows the whole condition, values in the words of the file."""
    out = wrp("explain", "-v", "-c", config(), "hello")[1]
    assert "         proof && request.tokens < 1000 = false\n         proof = false\n" in out
    assert "     thinking: false  (proof = false)\n" in out
    assert "smallest change: if `proof` were true (now proof = false), it would take the route thinking\n" in out


def test_a_request_from_a_file(wrp: Wrp, config, tmp_path):
    """With its own model and messages."""
    file = tmp_path / "request.json"
    file.write_bytes(request("Prove it", model="qwen3-8b"))
    code, out, _ = wrp("explain", "-c", config(), "-f", str(file))
    assert code == 0
    assert "route model:qwen3-8b sent it to small/127.0.0.1:8001" in out
    assert "routes\n  none was asked\n" in out


def test_json(wrp: Wrp, config):
    """The row, the sentence, the routes with their pieces, and the change."""
    told = json.loads(wrp("explain", "--json", "-c", config(), "hello")[1])
    assert told["decision"]["route"] == "everything-else"
    assert told["sentence"].startswith("route everything-else sent it to small/")
    assert [(route["name"], route["holds"]) for route in told["routes"]] == [
        ("thinking", "false"),
        ("everything-else", "true"),
    ]
    assert told["otherwise"]["route"] == "thinking"


@pytest.mark.parametrize(
    ("raw", "said"), [(b"", "the request body is empty"), (b"{}", "`model` is required"), (b"[1", "not valid JSON")]
)
def test_requests_that_the_gateway_would_refuse(wrp: Wrp, config, tmp_path, raw: bytes, said: str):
    """With its own words; exit status 1."""
    file = tmp_path / "request.json"
    file.write_bytes(raw)
    code, out, err = wrp("explain", "-c", config(), "-f", str(file))
    assert (code, out) == (1, "")
    assert err.startswith(f"wrp: {file}: ")
    assert said in err


def test_files_that_are_not_there(wrp: Wrp, config, tmp_path):
    """The request, or the configuration."""
    code, _, err = wrp("explain", "-c", config(), "-f", str(tmp_path / "none.json"))
    assert code == 1
    assert "No such file or directory" in err
    assert wrp("explain", "-c", str(tmp_path / "none.yaml"), "hello")[0] == 1


def test_text_that_is_no_utf_8(wrp: Wrp, config):
    """As a shell may hand over."""
    code, _, err = wrp("explain", "-c", config(), "caf\udce9")
    assert (code, err) == (1, "wrp: the prompt is not UTF-8 text\n")


def test_a_model_that_nobody_has(wrp: Wrp, config):
    """The refusal is explained too."""
    code, out, _ = wrp("explain", "-c", config(), "--model", "gpt-9", "hello")
    assert code == 0
    assert "refused with 404 model_not_found" in out


def test_no_route(wrp: Wrp, config):
    """All were asked, and one change would have been enough."""
    path = config()
    with open(path) as file:
        text = file.read().replace(
            "    use: {kind: static, pools: [small]}\n",
            "    when: request.images > 0\n    use: {kind: static, pools: [small]}\n",
        )
    with open(path, "w") as file:
        file.write(text)
    out = wrp("explain", "-c", path, "hello")[1]
    assert "refused with 404 no_route" in out
    assert "everything-else: false  (request.images = 0)" in out
    assert "it would take the route" in out


def test_a_hit(wrp: Wrp, config):
    """Nothing that a fresh rehearsal could have, so it is a miss, and says so."""
    out = wrp("explain", "-c", config("cache: {semantic: false, categories: {default: {}}}\n"), "hello")[1]
    assert out.endswith("\ncache: miss\n")


def test_decisions_of_the_log(wrp: Wrp, config, engine: str, tmp_path):
    """By the ids that answers carried, from the log that the router wrote: one of an engine, one of the cache."""
    port = free_port()
    more = f"log: {{decisions: {tmp_path / 'log'}}}\ncache: {{semantic: false, categories: {{default: {{}}}}}}\n"
    path = config(more, engine=engine, listen=f"127.0.0.1:{port}", model="fake-8b")
    with talked_to(port, lambda port: (chat(port), chat(port))) as told:
        assert wrp("serve", "-c", path)[0] == 0
    first, second = [headers["x-wrp-decision"] for _, headers, _ in told[0]]
    out = wrp("explain", "-c", path, "--decision", first)[1]
    assert out.startswith(f"decision {first}: route everything-else sent it to small/")
    assert "proof = false" in out
    out = wrp("explain", "-c", path, "--decision", second)[1]
    assert out.startswith(f"decision {second}: answered from the cache (hit-exact, similarity 1.000)\n")
    assert "routes\n  none was asked\n\ncache: hit-exact\n" in out


def test_how_good_its_answer_was(wrp: Wrp, config, tmp_path):
    """As it was said, the earliest first: before the row was there, or in the next file."""
    log = tmp_path / "decisions.jsonl"
    row = to_line(Row(1.0, Facts("dec_7", "chat", "auto"), cache="miss"))
    early, late = Feedback(0.5, "dec_7", 0.3, "client"), Feedback(9.0, "dec_7", 1.0, "next_turn", "satisfied")
    other = Feedback(0.5, "dec_70", 0.2, "client", "dec_7")
    (tmp_path / "decisions.jsonl.1").write_bytes(to_line(early) + to_line(other) + row)
    log.write_bytes(to_line(late) + b'{"line":"feedback","decision":"dec_7"}\n')
    path = config(f"log: {{decisions: {log}}}\n")
    out = wrp("explain", "-c", path, "--decision", "dec_7")[1]
    said = "how good its answer was\n  0.3 by the client\n  1 by the next turn (satisfied)\n"
    assert out.endswith(f"cache: miss\n\n{said}")
    told = json.loads(wrp("explain", "-c", path, "--decision", "dec_7", "--json")[1])
    assert [one["quality"] for one in told["heard"]] == [0.3, 1.0]


def test_a_request_that_nobody_answered(wrp: Wrp, config, tmp_path):
    """It failed, it was not refused; who was tried, and what the matter was."""
    port = free_port()
    path = config(f"log: {{decisions: {tmp_path / 'log'}}}\n", engine=f"http://127.0.0.1:{free_port()}")
    with talked_to(port, lambda port: chat(port)) as told:
        wrp("serve", "-c", path, "--listen", f"127.0.0.1:{port}")
    status, headers, _ = told[0]
    out = wrp("explain", "-c", path, "--decision", headers["x-wrp-decision"])[1]
    assert status == 502
    assert ": failed with 502 upstream_failed\n" in out
    assert ": failed (connect), " in out


def test_a_decision_that_is_not_there(wrp: Wrp, config, tmp_path):
    """Says which log was read, or that none is kept."""
    log = tmp_path / "decisions.jsonl"
    code, _, err = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_x")
    assert (code, err) == (1, f"wrp: no decision 'dec_x' in {log}\n")
    err = wrp("explain", "-c", config(), "--decision", "dec_x")[2]
    assert err == "wrp: no decision 'dec_x' in a log: none is kept (log: {decisions: FILE} keeps one)\n"


def test_a_decision_against_a_request(wrp: Wrp, config, tmp_path):
    """In which class it was, and why there was no room for it."""
    log = tmp_path / "decisions.jsonl"
    facts = Facts("dec_7", "chat", "auto", priority="sheddable")
    row = Row(1.0, facts, route="everything-else", status=503, error="overloaded", shed="displaced")
    log.write_bytes(to_line(row))
    out = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_7")[1]
    assert out.startswith(
        "decision dec_7: refused with 503 overloaded (its place went to a request of a higher "
        "priority, or of a tenant that had fewer)\n"
        "priority: sheddable\n\n"
    )


def test_what_was_left_out_under_pressure(wrp: Wrp, config, tmp_path):
    """And who pressed; signals that did not make it are unknown, as ever."""
    log = tmp_path / "decisions.jsonl"
    facts = Facts("dec_8", "chat", "auto", unknown=("proof",))
    log.write_bytes(to_line(Row(1.0, facts, route="everything-else", cache="miss", spared="memory")))
    out = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_8")[1]
    assert "left out what it could do without: the router was pressed by memory\n" in out
    assert "  proof is unknown\n" in out


def test_neighbours_that_were_refused(wrp: Wrp, config, tmp_path):
    """As many as there were of each reason: the log of a router that keeps no evidence has the rule alone."""
    log = tmp_path / "decisions.jsonl"
    row = Row(1.0, Facts("dec_7", "chat", "auto"), "everything-else", "", vetoes=("number", "number", "name: a != b"))
    log.write_bytes(to_line(row))
    told = wrp("explain", "-c", config(f"log: {{decisions: {log}}}"), "--decision", "dec_7")[1]
    assert "; refused 2 neighbours: number; refused a neighbour: name: a != b\n" in told


def test_servers_with_roles(wrp: Wrp, tmp_path):
    """Who answers, and who may be asked to compute the prompt for it."""
    file = tmp_path / "wrp.yaml"
    file.write_text("""\
version: 1
pools:
  - name: split
    model: m
    engine: vllm
    balance: {kind: disaggregated, alone: true}
    servers: [{url: "http://a", name: p, role: prefill}, {url: "http://b", name: d, role: decode}]
""")
    code, out, _ = wrp("explain", "-c", str(file), "hello")
    assert code == 0
    assert "  1. split/d (prompt computed by p, or d)\n" in out


def test_a_cascade_of_the_log(wrp: Wrp, config, tmp_path):
    """What each answer had to reach, what it scored and by what, and what became of it."""
    log = tmp_path / "decisions.jsonl"
    plan = Plan((Attempt("small", "s", 0.67), Attempt("large", "l")), "cascade: small > large below 0.67", "cascade")
    small = Outcome("small", "s", "m", Ended.DONE, reason="rejected", quality=0.5, evidence="logprob -0.693")
    row = Row(1.0, Facts("dec_8", "chat", "auto"), route="r", plan=plan, outcomes=(small,), cascade="escalated")
    log.write_bytes(to_line(row))
    out = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_8")[1]
    assert "sent it to small/s; its answer was not good enough, and the next pool's was asked for\n" in out
    assert "  1. small/s (from a score of 0.670 on)\n  2. large/l\n  small/s scored 0.500: logprob -0.693\n" in out


def test_a_judge_of_the_log(wrp: Wrp, config, tmp_path):
    """Whom else we asked, how that ended, and what it took."""
    log = tmp_path / "decisions.jsonl"
    took = {"duration": 0.25, "tokens_in": 300, "tokens_out": 8}
    asked = (
        Outcome("grader", "g", "m", Ended.DONE, cost=0.00012, **took),
        Outcome("grader", "h", "m", Ended.TIMED_OUT, reason="deadline", duration=5.0),
    )
    log.write_bytes(to_line(Row(1.0, Facts("dec_8", "chat", "auto"), route="r", plan=Plan((), "x"), inquiries=asked)))
    out = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_8")[1]
    assert "  asked grader/g: done, 0.25 s, 300 + 8 tokens, $0.000120\n" in out
    assert "  asked grader/h: timed_out (deadline), 5.00 s, 0 + 0 tokens\n" in out


def test_questions_of_the_routers_own(wrp: Wrp, config, tmp_path):
    """Who was asked before the one who answered, how that ended, how long it took and what it cost; no word of it."""
    log = tmp_path / "decisions.jsonl"
    why = "large writes: 1 of 2 answers came, of small, math (status 500)"
    plan = Plan((Attempt("large", "l"),), why, "fusion")
    asked = (
        Outcome("small", "s", "m", Ended.DONE, duration=1.5, tokens_in=20, tokens_out=7, cost=0.00025),
        Outcome("math", "x", "m", Ended.FAILED, reason="status 500"),
    )
    answered = Outcome("large", "l", "m", Ended.DONE)
    row = Row(1.0, Facts("dec_9", "chat", "auto"), route="r", plan=plan, outcomes=(answered,), inquiries=asked)
    log.write_bytes(to_line(row))
    out = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_9")[1]
    assert f"plan by fusion: {why} (propensity 1.000)\n  1. large/l\n" in out
    assert "  asked small/s: done, 1.50 s, 20 + 7 tokens, $0.000250\n" in out
    assert "  asked math/x: failed (status 500), 0.00 s, 0 + 0 tokens\n" in out


def test_a_shadow(wrp: Wrp, config):
    """What it would have done stands below the plan."""
    path = Path(config())
    use = "use: {kind: shadow, use: {kind: static, pools: [small, large]}, shadow: {kind: static, pools: [large]}}"
    path.write_text(path.read_text().replace("use: {kind: static, pools: [small]}", use))
    out = wrp("explain", "-c", str(path), "hello")[1]
    assert "plan by shadow: static order (propensity 1.000)\n" in out
    assert "  2. large/127.0.0.1:8003\n  its shadow would have asked large\n" in out


def test_examples_before_a_prompt(wrp: Wrp, config, tmp_path):
    """How many, which decisions they come from, and what was expected of them."""
    log = tmp_path / "decisions.jsonl"
    given = Given("small", ("dec_7", "dec_5"), 412, 0.183, 0.914)
    plan = Plan((Attempt("small", "s0", given=given), Attempt("large", "l0")), "in_context", "in_context", 0.96)
    log.write_bytes(to_line(Row(1.0, Facts("dec_1", "chat", "auto"), route="everything-else", plan=plan)))
    out = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_1")[1]
    why = "better by 0.18 is expected of them, the nearest question is 0.91 alike"
    assert f"  1. small/s0 (after 2 past answers, 412 tokens: dec_7, dec_5; {why})\n  2. large/l0\n" in out


def test_who_answered_in_the_place_of_another(wrp: Wrp, config, tmp_path: Path) -> None:
    """The sentence names both: a plan is not what became of it."""
    plan = Plan((Attempt("small", "s"), Attempt("large", "l")), "static order", "static")
    tried = Outcome("small", "s", "m", Ended.FAILED, reason="connect"), Outcome("large", "l", "M", Ended.DONE)
    row = Row(1.0, Facts("dec_1", "chat", "auto"), route="thinking", plan=plan, outcomes=tried, status=200)
    log = tmp_path / "decisions.jsonl"
    log.write_bytes(to_line(row))
    told = wrp("explain", "-c", config(f"log: {{decisions: {log}}}\n"), "--decision", "dec_1")[1]
    assert told.startswith("decision dec_1: route thinking sent it to small/s; large/l answered\n")
    assert "  tried small/s" in told
