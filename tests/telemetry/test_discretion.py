"""Mistakes that nobody expected are told without the words of their errors."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import sys
import threading
import traceback

import pytest

from wrp_router.telemetry.discretion import DEEPEST, discreet, unheard, wordless

pytestmark = pytest.mark.fault("S15")

PROMPT = "I am ill and nobody may know"


def failed() -> Exception:
    """An error with causes, all of which quote."""
    try:
        try:
            try:
                raise KeyError(PROMPT)
            except KeyError as error:
                raise ValueError(f"not {PROMPT}") from error
        except ValueError:
            raise RuntimeError(PROMPT)  # noqa: B904 - it shall have a context, and no cause
    except RuntimeError as error:
        error.add_note(PROMPT)
        return error


def test_kinds_and_places_are_told():
    """Of the error and what led to it, in the usual form."""
    told = "".join(traceback.format_exception(wordless(failed())))
    assert PROMPT not in told.replace("raise KeyError(PROMPT)", "")
    assert [word in told for word in ("RuntimeError\n", "ValueError\n", "KeyError\n")] == [True] * 3
    assert told.count(f'File "{__file__}"') == 3
    assert "The above exception was the direct cause" in told


def test_what_is_hidden_on_purpose_stays_hidden():
    """`from None` says that the context is nobody's business."""

    def fail() -> None:
        try:
            raise KeyError(PROMPT)
        except KeyError:
            raise ZeroDivisionError from None

    with pytest.raises(ZeroDivisionError) as caught:
        fail()
    assert "KeyError" not in "".join(traceback.format_exception(wordless(caught.value))).replace("KeyError(", "")


def test_not_all_causes_of_causes():
    """They could go on for ever."""
    error: Exception = ValueError(PROMPT)
    for _ in range(1000):
        error, error.__cause__ = ValueError(PROMPT), error
    last: BaseException | None = ValueError()
    last.__cause__ = error  # type: ignore[union-attr]
    found, count = wordless(last), 0  # type: ignore[arg-type]
    while found.__cause__ is not None:
        found, count = found.__cause__, count + 1  # type: ignore[assignment]
    assert count == DEEPEST


async def test_tasks_that_nobody_waits_for(caplog: pytest.LogCaptureFixture):
    """The loop would show their errors in full."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unheard)

    async def fail() -> None:
        raise ValueError(PROMPT)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    loop.call_exception_handler({"message": "without an exception"})
    assert "Task exception was never retrieved" in caplog.text
    assert "without an exception" in caplog.text
    assert "ValueError" in caplog.text
    assert PROMPT not in caplog.text


def test_threads_objects_and_the_end(caplog: pytest.LogCaptureFixture):
    """All that Python would write to standard error by itself; afterwards everything is as it was."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    class Bad:
        def __del__(self) -> None:
            raise ValueError(PROMPT)

    def fail() -> None:
        raise KeyError(PROMPT)

    with discreet():
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        bad = Bad()
        del bad
        gc.collect()
        sys.excepthook(RuntimeError, RuntimeError(PROMPT), None)
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3
    assert [name in caplog.text for name in ("KeyError", "ValueError", "RuntimeError")] == [True] * 3
    assert PROMPT not in caplog.text


def test_no_image_of_the_memory():
    """A core would hold all keys and prompts."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    with discreet():
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    assert resource.getrlimit(resource.RLIMIT_CORE) == before
