"""Bodies that are no JSON, or JSON that two parsers could read differently, on every path that takes a body."""

from __future__ import annotations

import json

import pytest

from tests.hostile.trial import Trial
from tests.hostile.wire import ASK, post

pytestmark = pytest.mark.fault("B4")

PATHS = {
    "/v1/chat/completions": b'"messages":[{"role":"user","content":"hi"}]',
    "/v1/completions": b'"prompt":"hi"',
    "/v1/embeddings": b'"input":"hi"',
    "/v1/responses": b'"input":"hi"',
    "/v1/messages": b'"max_tokens":9,"messages":[{"role":"user","content":"hi"}]',
    "/v1/messages/count_tokens": b'"messages":[{"role":"user","content":"hi"}]',
}
EVERYWHERE = pytest.mark.parametrize("path", PATHS, ids=[path[4:] for path in PATHS])


def nested(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    """An object with one member nested so deep."""
    return b'{"model":"fake","x":' + opening * levels + closing * levels + b"}"


SYNTAX = {
    "nothing": b"",
    "spaces": b" \r\n\t ",
    "a byte order mark": b"\xef\xbb\xbf" + ASK,
    "a byte order mark alone": b"\xef\xbb\xbf",
    "UTF-16": ASK.decode().encode("utf-16"),
    "UTF-16 without a mark": ASK.decode().encode("utf-16-le"),
    "UTF-32": ASK.decode().encode("utf-32"),
    "UTF-7": b"+AHs-+AH0-",
    "invalid UTF-8": ASK.replace(b"hi", b"\xff\xfe"),
    "invalid UTF-8 in a key": ASK.replace(b"messages", b"messages\xff"),
    "overlong UTF-8": ASK.replace(b"hi", b"\xc0\xaf"),
    "UTF-8 cut short": ASK.replace(b"hi", b"\xe2\x82"),
    "UTF-8 beyond Unicode": ASK.replace(b"hi", b"\xf5\x80\x80\x80"),
    "a surrogate in UTF-8": ASK.replace(b"hi", b"\xed\xa0\x80"),
    "a lone surrogate, escaped": ASK.replace(b"hi", b"\\ud800"),
    "surrogates the wrong way round": ASK.replace(b"hi", b"\\udc00\\ud800"),
    "a lone surrogate in a key": b'{"\\ud800":1,' + ASK[1:],
    "NUL": ASK.replace(b"hi", b"\x00"),
    "NUL at the end": ASK + b"\x00",
    "NULs": b"\x00" * 1000,
    "a control character": ASK.replace(b"hi", b"a\x1fb"),
    "a line end in a string": ASK.replace(b"hi", b"a\nb"),
    "a bad escape": ASK.replace(b"hi", b"\\x41"),
    "half an escape": ASK.replace(b"hi", b"\\u00"),
    "NaN": b'{"temperature":NaN,' + ASK[1:],
    "Infinity": b'{"temperature":-Infinity,' + ASK[1:],
    "1e999": b'{"temperature":1e999,' + ASK[1:],
    "-1e999": b'{"x":-1e999,' + ASK[1:],
    "an integer of 5000 digits": b'{"seed":' + b"9" * 5000 + b"," + ASK[1:],
    "a leading zero": b'{"seed":01,' + ASK[1:],
    "a leading plus": b'{"seed":+1,' + ASK[1:],
    "hexadecimal": b'{"seed":0x10,' + ASK[1:],
    "an underscored number": b'{"seed":1_0,' + ASK[1:],
    "a bare point": b'{"temperature":.5,' + ASK[1:],
    "an array": b"[" + ASK + b"]",
    "an empty array": b"[]",
    "a string": b'"fake"',
    "a number": b"42",
    "true": b"true",
    "null": b"null",
    "an empty object": b"{}",
    "two objects": ASK + ASK,
    "two objects on two lines": ASK + b"\n" + ASK,
    "an unfinished object": ASK[:-1],
    "a trailing comma": ASK[:-1] + b",}",
    "a missing comma": ASK.replace(b",", b" "),
    "single quotes": ASK.replace(b'"', b"'"),
    "bare keys": b"{model:1}",
    "a comment": b"/* hi */" + ASK,
    "a comment at the end": ASK + b" // hi",
    "JSON in a string": json.dumps(ASK.decode()).encode(),
    "a form": b"model=fake&messages=hi",
    "multipart": b"--x\r\ncontent-disposition: form-data; name=model\r\n\r\nfake\r\n--x--\r\n",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "YAML": b"model: fake\nmessages: !!python/object:os.system\n",
    "a pickle": b"\x80\x04\x95cposix\nsystem\n.",
    "msgpack": b"\x82\xa5model\xa4fake",
    "every byte": bytes(range(256)),
    "65 levels": nested(64),
    "1000 levels": nested(1000),
    "1000 levels of objects": nested(1000, b'{"a":', b"}").replace(b":}", b":1}"),
    "100000 levels": nested(100_000),
    "100000 levels that never end": nested(100_000, closing=b""),
    "100000 keys": b"{" + b",".join(b'"k%d":1' % at for at in range(100_000)) + b"}",
    "1025 keys": b'{"model":"fake",' + b",".join(b'"k%d":1' % at for at in range(1024)) + b"}",
}


@EVERYWHERE
async def test_bodies_that_are_no_requests(trial: Trial, path: str):
    """400 in the dialect's shape for each of them, and nothing for the engine."""
    for body in SYNTAX.values():
        await trial.refuses(post(body=body, target=path.encode()), 400, path)


DOUBLED = {
    "model": b'{"model":"fake","model":"other",%b}',
    "model, spelt with an escape": b'{"model":"fake","mod\\u0065l":"other",%b}',
    "model, far apart": b'{"model":"fake",%b,"model":"fake"}',
    "with spaces": b'{ "model" : "fake" , "model" : "fake" , %b }',
    "stream": b'{"model":"fake","stream":false,"stream":true,%b}',
    "a key that nobody knows": b'{"model":"fake","x":1,"x":1,%b}',
    "an empty key": b'{"model":"fake","":1,"":1,%b}',
    "all of it": b'{"model":"fake",%b,%b}',
}


@EVERYWHERE
async def test_keys_that_are_given_twice(trial: Trial, path: str):
    """What was checked here would not be what the engine reads: 400."""
    for form in DOUBLED.values():
        body = form.replace(b"%b", PATHS[path])
        reply = await trial.refuses(post(body=body, target=path.encode()), 400, path)
        assert b"twice" in reply.body


ODD = {
    "an integer beyond 64 bits": b'{"seed":18446744073709551616,%b',
    "a negative integer beyond 64 bits": b'{"seed":-9223372036854775809,%b',
    "minus zero": b'{"temperature":-0.0,%b',
    "a number with 400 decimals": b'{"temperature":0.' + b"1" * 400 + b",%b",
    "a tiny number": b'{"temperature":1e-999,%b',
    "escapes everywhere": b'{"\\u0078":"\\u00e4\\ud83d\\ude00\\u0000\\u2028",%b',
    "a key in capitals": b'{"Model":"other",%b',
    "keys that resemble each other": b'{"mod\xce\xb5l":"other","model ":"other",%b',
    "keys of classes": b'{"__proto__":{"x":1},"constructor":1,"__class__":"os",%b',
    "an empty key": b'{"":"x",%b',
    "a key of 100 kB": b'{"' + b"k" * 100_000 + b'":1,%b',
    "1000 keys": b"{" + b",".join(b'"k%d":1' % at for at in range(1000)) + b",%b",
    "63 levels": b'{"x":' + b"[" * 63 + b"]" * 63 + b",%b",
    "spaces at both ends": b" \r\n{%b",
    "nulls": b'{"stream":null,"temperature":null,"tools":null,"n":null,%b',
}


@EVERYWHERE
async def test_odd_but_legal_bodies(trial: Trial, path: str):
    """The engine gets each of them byte for byte, and its answer comes back."""
    for form in ODD.values():
        body = form.replace(b"%b", b'"model":"fake",' + PATHS[path]) + b"}"
        heard = await trial.tolerates(post(body=body, target=path.encode()), path)
        assert heard.statuses in ([200], [400]), heard.raw
        assert trial.engine.seen[-1].body == body
