"""What the gateways are asked, and how often: bodies of 908 bytes, sent by wrk from a core of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from bench.pinned import HERE, LOAD_CORE

Kind = Literal["numbered", "same", "worded", "short", "stream"]
"""No two alike; all alike; no two alike in meaning; the same in few words; `numbered`, as streams."""

BODY_BYTES = 908
SYSTEM = "You are a helpful assistant working for a software company. Answer precisely and cite sources. "
ASK = "Explain how hierarchical navigable small world graphs support nearest neighbour search, with an example. "
SLOTS = (
    "How does a % change the way in which a % treats its %, and what would a % have to know of the % before it could "
    "be compared with a % or a %? Give one example of a %, and a better %. Number "
)
SHORT = "How does a % change a % or a %? Number "
WORDS = """
    glacier contract enzyme violin compiler harbour recipe treaty neuron mortgage orchid turbine sonnet vaccine tariff
    comet loom statute ledger tendon reef furnace monarch antibody bridge dividend oak sermon photon clause magnet
    ballad septic warrant kernel dialect tundra pulley vitamin auction canyon parser cartel embryo fresco gearbox
    hormone island jury kiln lagoon membrane novella orbit pension quarry reactor senate tenor urn valve wheat yacht
"""

SCRIPT = """
local words = {{ {words} }}
local head, before, slots, after = {head}, {before}, {slots}, {after}
local same = {same}
local counter
function init()
  math.randomseed(os.time() * 1000 + tonumber(tostring({{}}):match("0x(%x+)"), 16) % 1000)
  counter = math.random(1, 900000000)
end
function request()
  counter = counter + 1
  local text = slots ~= "" and slots:gsub("%%", function() return words[math.random(#words)] end) or ""
  local body = before .. text .. string.format("%012d", same and 0 or counter) .. after
  return head .. #body .. "\\r\\n\\r\\n" .. body
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n@{{"requests":%d,"microseconds":%d,"bytes":%d,"errors":%d,"p50":%d,"p99":%d}}\\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""
HEAD = (
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Authorization: Bearer sk-bench\r\nContent-Length: "
)


def body(kind: Kind) -> str:
    """As it is sent, with `@` where its own number comes, and before that its own words, if it has any."""
    slots = slots_of(kind)
    said = "@" if slots else f"{ASK * 3}@"
    words = len(SLOTS) + 54 if slots else 0  # nine slots of some six letters more than a %; `short` has the same system

    def text(system: str) -> str:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": said}]
        asked = {"model": "mock-model", "messages": messages, "temperature": 0.2, "max_tokens": 256}
        return json.dumps(asked | ({"stream": True} if kind == "stream" else {}), separators=(",", ":"))

    room = BODY_BYTES - 11 - words - len(text(""))
    return text((SYSTEM * 12)[:room])


def slots_of(kind: Kind) -> str:
    """What words are put into."""
    return {"worded": SLOTS, "short": SHORT}.get(kind, "")


def example(kind: Kind = "numbered") -> bytes:
    """One body; its number is twelve zeros."""
    return body(kind).replace("@", f"{slots_of(kind)}{0:012}").encode()


def script(kind: Kind, folder: Path) -> Path:
    """For wrk."""
    before, _, after = body(kind).partition("@")
    path = folder / f"{kind}.lua"
    lua = SCRIPT.format(
        words=", ".join(f'"{word}"' for word in WORDS.split()),
        head=json.dumps(HEAD),  # what JSON quotes here, Lua reads alike; its long brackets make LF of CRLF
        before=json.dumps(before),
        slots=json.dumps(slots_of(kind)),
        after=json.dumps(after),
        same="true" if kind == "same" else "false",
    )
    path.write_bytes(lua.encode())
    return path


def wrk(port: int, kind: Kind, folder: Path, seconds: float, connections: int) -> Mapping[str, float]:
    """requests/s, percentiles in ms, and errors: of connecting, reading and writing, timeouts, and what was not 2xx."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "20s", "--latency", "-s"]
    out = subprocess.run(
        [*command, str(script(kind, folder)), f"http://127.0.0.1:{port}"],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
    ).stdout
    told = json.loads(out.rpartition("@")[2])
    return {
        "rps": 1e6 * told["requests"] / told["microseconds"],
        "requests": told["requests"],
        "errors": told["errors"],
        "p50_ms": told["p50"] / 1e3,
        "p99_ms": told["p99"] / 1e3,
    }


def paced(port: int, seconds: float, every_ms: float) -> Mapping[str, float]:
    """What bench/paced.py found, in a process of its own on the load's core."""
    found: Mapping[str, float] = json.loads(
        subprocess.run(
            [sys.executable, str(HERE / "paced.py"), str(port), f"{seconds:g}", f"{every_ms:g}"],
            input=example(),
            capture_output=True,
            check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
        ).stdout
    )
    return found
