"""What goes to stderr: no credential, no forged line, no flood."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.telemetry.log import HIDDEN, Redacting, Seldom, hide, set_up

_KEY = "sk-SECRET123abcdef"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, and afterwards all loggers as they were."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield root
    root.setLevel(level)
    root.handlers[:] = handlers
    for logger in (root, *map(logging.getLogger, list(logging.Logger.manager.loggerDict))):
        for one in [one for one in logger.filters if isinstance(one, Redacting)]:
            logger.removeFilter(one)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {_KEY}",
        "authorization: Basic dXNlcjpwYXNzd29yZA==",
        "{'Authorization': 'Bearer abc'}",
        "(b'Authorization', b'hunter2')",
        r'"{\"authorization\": \"hunter2\"}"',
        "Invalid header value char:\n\n  b'Authorization: Bearer sk-SECRET123\\x00'\n  ^",
        "x-api-key: hunter2",
        "GET /v1/models?api_key=hunter2",
        "Cookie: session=hunter2; other=hunter2",
        "sent Bearer hunter2-hunter2 upstream",
        "sent basic aHVudGVyMjpodW50ZXIy upstream",
        f"the key {_KEY} is not known",
        "keys: wrp_9fK2mXq7Lp0sVb3nTz",
        "redis://user:hunter2@10.0.0.1:6379/0",
        "redis://:hunter2@10.0.0.1",
        "hf_abcdefghijklmnopqrst AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "password = hunter2",
    ],
)
def test_credentials_are_hidden(text):
    """Headers however they are quoted, keys by their prefix, passwords in URLs."""
    hidden = hide(text)
    secrets = (
        "hunter2",
        "SECRET123",
        "dXNlcjpwYXNzd29yZA",
        "aHVudGVyMjpodW50ZXIy",
        "9fK2mX",
        "abc'",
        "fghijk",
        "IOSFOD",
    )
    assert HIDDEN in hidden
    assert not any(secret in hidden for secret in secrets)
    assert "eyJ" not in hidden


@pytest.mark.parametrize(
    "text",
    [
        "wrp_requests_total wrp_config_loaded_timestamp_seconds",
        'File "wrp_router/telemetry/log.py", in wrp_policies_types',
        "a basic understanding of bearer tokens",
        "scikit-learn, task-management, risk-adjusted-return, sk-learn",
        "http://10.0.0.1:8000/v1/models user@example.org",
        "authorization failed for tenant acme",
        "47 tokens: 12 cached",
    ],
)
def test_what_is_no_credential_stays(text):
    """Names of our own and ordinary words are left alone."""
    assert hide(text) == text


_pieces = st.sampled_from(
    [
        "authorization",
        ": ",
        "=",
        "'",
        '"',
        "b",
        "Bearer ",
        "basic ",
        _KEY,
        HIDDEN,
        "://u:",
        "@",
        " ",
        "\n",
        "wrp_A1",
        "-" * 9,
    ]
)


@given(st.lists(st.one_of(_pieces, st.text(max_size=5)), max_size=12).map("".join))
def test_hiding_twice_is_hiding_once(text):
    """A record may pass several filters; and our key is never left, whatever stands around it."""
    once = hide(text)
    assert hide(once) == once
    assert f" {_KEY} " not in once


def test_hostile_text_is_read_in_linear_time():
    """Repeats of what begins a credential and never ends one do not make the pattern start over and over."""
    for piece in ("wrp_-", "eyJ-", "://a:", "authorization\t", "bearer ", "-eyJabcdefgh"):
        assert len(hide(piece * 40_000)) > 0


def _lines(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


def test_lines_for_people(root):
    """Time, level, logger, message; control characters are escaped, so that nobody forges a line."""
    stream = io.StringIO()
    set_up("info", stream=stream)
    logging.getLogger("wrp_router.live").warning("model %s", "a\n2026 INFO forged\x1b[31m\u2028")
    logging.getLogger("wrp_router.live").debug("not shown")
    (line,) = _lines(stream)
    stamp, rest = line.split(" ", 1)
    assert stamp.endswith("Z")
    assert len(stamp) == 24
    assert rest == r"WARNING wrp_router.live model a\n2026 INFO forged\x1b[31m\u2028"


def test_lines_for_machines(root):
    """One JSON object per record, traceback included, whatever is in it."""
    root.handlers.clear()  # pytest's: reports of what is logged cross between processes, where no half character can
    stream = io.StringIO()
    set_up("warning", "json", stream)
    logger = logging.getLogger("wrp_router.live")
    logger.warning("line\n%s", "\udc80")
    try:
        raise ValueError("odd")
    except ValueError:
        logger.exception("failed", stack_info=True)
    first, second = map(json.loads, _lines(stream))
    assert {key: first[key] for key in ("level", "logger", "message")} == {
        "level": "warning",
        "logger": "wrp_router.live",
        "message": "line\n\udc80",
    }
    assert first.keys() == {"time", "level", "logger", "message"}
    assert second["trace"].startswith("Traceback")
    assert "ValueError: odd" in second["trace"]
    assert "Stack (most recent call last)" in second["trace"]


@pytest.mark.parametrize("form", ["human", "json"])
@pytest.mark.parametrize("name", ["aiohttp.server", "aiohttp.access", "wrp_router", "some.library", ""])
def test_no_credential_reaches_the_stream(root, form, name):
    """Not in the message, its arguments, the traceback or the stack, from whichever logger."""
    stream = io.StringIO()
    set_up("info", form, stream)
    logger = logging.getLogger(name)
    try:
        raise ValueError(f"Invalid header value char: 'Authorization: Bearer {_KEY}\x00'")
    except ValueError:
        logger.exception("Error handling request %s", {"Authorization": _KEY}, stack_info=True)
    logger.info("plain %s", "words")
    assert "SECRET" not in stream.getvalue()
    assert HIDDEN in stream.getvalue()
    assert "plain words" in stream.getvalue()


def test_handlers_of_others_see_no_credential_of_aiohttp_either(root, kept):
    """The record itself is cleaned at the logger: a crash reporter on the root gets neither text nor exception."""
    set_up(stream=io.StringIO())
    records: list[logging.LogRecord] = []
    kept.addFilter(lambda record: records.append(record) is None)
    root.addHandler(kept)
    try:
        raise ValueError(f"Authorization: {_KEY}")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request")
    assert "SECRET" not in "".join(kept.lines)
    assert records[0].exc_info is None
    assert "ValueError" in kept.lines[0]


def test_a_message_that_does_not_fit_its_arguments_is_still_clean(root):
    """logging itself would print such a record raw, to stderr."""
    stream = io.StringIO()
    set_up(stream=stream)
    logging.getLogger("aiohttp.server").error("%d items for %s", f"api_key={_KEY}")
    (line,) = _lines(stream)
    assert "%d items" in line
    assert "SECRET" not in line


def test_setting_up_again_replaces_our_handler_and_nothing_else(root, kept):
    """After a reload there is one line per record, not two; a handler of somebody else stays."""
    root.addHandler(kept)
    first, second = io.StringIO(), io.StringIO()
    set_up("info", stream=first)
    set_up("info", stream=second)
    logging.getLogger("wrp_router").info("once")
    assert (len(_lines(first)), len(_lines(second)), len(kept.lines)) == (0, 1, 1)
    assert sum(isinstance(one, Redacting) for one in root.filters) == 1


def test_an_unknown_level_is_refused(root):
    """A typing error in the configuration is not silently `warning`."""
    with pytest.raises(ValueError, match="LOUD"):
        set_up("loud")


def test_a_warning_is_said_once_in_a_while(complain, kept, clock):
    """Per kind; after the interval once more, with how many were kept back."""
    assert [complain.warn("disk", "full: %s", "x") for _ in range(5)] == [True, False, False, False, False]
    assert complain.warn("other", "else")
    clock.now += 59.9
    assert not complain.warn("disk", "full: %s", "x")
    clock.now += 0.1
    assert complain.warn("disk", "full: %s", "x")
    assert kept.lines == ["full: x", "else", "full: x (5 more since the last time)"]


def test_a_warning_may_bring_its_traceback(complain, kept):
    """The error is passed, not looked up: it may come from another thread."""
    complain.warn("odd", "odd", error=ValueError("why"))
    assert kept.lines == ["odd\nValueError: why"]


def test_the_first_warning_is_due_even_when_the_clock_begins_at_nothing():
    """A monotonic clock may start at zero."""
    logger = logging.Logger("test")
    logger.addHandler(logging.NullHandler())
    assert Seldom(logger, clock=lambda: 0.0).warn("x", "x")
