"""A client that asks on time, whatever becomes of the answers: one request every so often, on one connection.

`python bench/paced.py PORT SECONDS EVERY_MS`, the body on standard input, prints JSON: percentiles in microseconds,
from when a request was sent (`p50`, `p99`), and from when it was due (`due_p99`), which holds a hiccup against the
gateway once for every request that it delayed.
"""

from __future__ import annotations

import ctypes
import json
import socket
import sys
import time

HEAD = (
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    "Authorization: Bearer sk-bench\r\nContent-Length: {length}\r\n\r\n"
)
PR_SET_TIMERSLACK = 29


def asked(connection: socket.socket, request: bytes) -> bool:
    """Sends it and reads the answer; whether that is 200."""
    connection.sendall(request)
    answer = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the gateway closed the connection")
        answer += piece
        head, found, body = answer.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            return head.startswith(b"HTTP/1.1 200")


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    if at < 0:
        raise ConnectionError("the answer has no content-length")
    return int(head[at + 15 :].split(b"\r\n", 1)[0])


def paced(port: int, seconds: float, every: float, body: bytes) -> dict[str, float]:
    """One figure for each percentile, and how many answers were not 200."""
    taken, late, wrong = [], [], 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        count, begun = round(seconds / every), time.perf_counter()
        for number in range(count):
            numbered = body.replace(b"000000000000", b"%012d" % (time.time_ns() % 10**12), 1)
            request = HEAD.format(port=port, length=len(numbered)).encode() + numbered
            due = begun + number * every
            while (left := due - time.perf_counter()) > 0:
                time.sleep(left)
            sent = time.perf_counter()
            wrong += not asked(connection, request)
            now = time.perf_counter()
            taken.append(now - sent)
            late.append(now - due)
    return {
        "p50": percentile(taken, 0.5),
        "p99": percentile(taken, 0.99),
        "due_p99": percentile(late, 0.99),
        "errors": wrong,
        "requests": count,
    }


def percentile(values: list[float], share: float) -> float:
    """In microseconds, by rank."""
    return 1e6 * sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1)  # else Linux wakes up to 50 us late, to save power
    print(json.dumps(paced(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]) / 1e3, sys.stdin.buffer.read())))
