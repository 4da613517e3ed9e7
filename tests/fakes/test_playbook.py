"""Driving a flow by hand, and what is said when it goes astray."""

from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from wrp_router.fakes.playbook import Answer, Mismatch, Playbook, Returned, Throw, expect


class Now(msgspec.Struct, frozen=True):
    pass


class Send(msgspec.Struct, frozen=True):
    server: str
    commit: bool = False
    body: Any = None


def flow() -> Generator[Any, Any, Any]:
    started = yield Now()
    try:
        answer = yield Send("a")
    except ConnectionError:
        answer = yield Send("b", commit=True)
    return started, answer


def test_a_conversation_line_by_line():
    """`<<` states commands, `>>` replies, the result is what the flow returned."""
    book = Playbook(flow()) << Now() >> 1.0 << Send("a") >> "hello" << Returned((1.0, "hello"))
    assert book.result == (1.0, "hello")


def test_commands_may_be_stated_in_part():
    """By type, by some fields, by a nested expectation or by a predicate."""
    nested = Send("outer", body=Send("inner", True))
    book = Playbook(iter_of(nested)) << expect(Send, body=expect(Send, server=lambda name: name.startswith("in")))
    assert (book >> None << Returned).result is None


def iter_of(*commands: object) -> Generator[Any, Any, Any]:
    for command in commands:
        _ = yield command


def test_a_reply_may_raise_inside_the_flow():
    """So that the way of failure is walked too."""
    book = Playbook(flow()) << Now >> 0.0 << Send("a") >> Throw(ConnectionError()) << Send("b", commit=True) >> "late"
    assert book.result == (0.0, "late")


def test_a_reply_may_be_made_of_the_command():
    """The function gets the command it answers."""
    book = Playbook(flow()) << Now >> 0.0 << Send >> Answer(lambda command: command.server * 2)
    assert book.result == (0.0, "aa")


def test_stubs_answer_what_nobody_asked_about():
    """By a value or a function; a command that is stated is not taken by the stub."""
    assert Playbook(flow(), {Now: 7.0, Send: lambda command: command.server}).result == (7.0, "a")
    book = Playbook(flow(), {Now: 7.0}) << Now() >> 8.0 << Send("a") >> "x"
    assert book.result == (8.0, "x")


def test_an_endless_flow_of_stubbed_commands_is_told():
    """A flow that only asks the time is stopped by the limit."""
    book = Playbook(iter_of(*[Now()] * 20), {Now: 0.0}, limit=10)
    with pytest.raises(Mismatch, match="more than 10 stubbed commands"):
        _ = book.result


def test_a_difference_is_shown_field_by_field():
    """The report has the conversation so far, both commands, and each field that differs."""
    book = Playbook(flow()) << Now() >> 1.0
    with pytest.raises(Mismatch) as told:
        _ = book << Send("a", commit=True)
    report = str(told.value)
    assert "  << Now()\n  >> 1.0\n- << Send(server='a', commit=True, body=None)\n+ << Send(" in report
    assert "? commit: wanted True, got False" in report
    assert "? server" not in report


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (expect(Send, server="b", colour=1), "? server: wanted 'b', got 'a'\n? colour: wanted 1, got 'no such field'"),
        (expect(Send, server=lambda name: False), "? server: wanted <function"),
        (expect(Now, x=expect(Send)), "- << Now(x=Send(...), ...)".replace("Send(...)", "Send(, ...)")),
        (Now, "- << Now\n+ << Send("),
        (Returned(3), "- << Returned(value=3)\n+ << Send("),
    ],
)
def test_every_kind_of_expectation_can_fail(wanted, said):
    """And says what was wanted."""
    book = Playbook(flow()) << Now >> 1.0
    with pytest.raises(Mismatch) as told:
        _ = book << wanted
    assert said in str(told.value)


def test_a_wrong_result_is_a_mismatch():
    """The value returned is compared as well."""
    book = Playbook(flow(), {Now: 0.0}) << Send >> 1
    with pytest.raises(Mismatch, match="value: wanted 5"):
        _ = book << Returned(5)


def test_the_order_of_stating_and_replying_is_kept():
    """No reply without a command, no second command without a reply, no result of an unfinished flow."""
    with pytest.raises(Mismatch, match="nothing to answer"):
        _ = Playbook(flow()) >> 1.0
    with pytest.raises(Mismatch, match="not answered"):
        _ = Playbook(flow()) << Now() << Send("a")
    with pytest.raises(Mismatch, match="not over"):
        _ = Playbook(flow()).result


def test_a_flow_can_be_abandoned():
    """Closing it runs its finally blocks, as when the client has left."""
    ended = []

    def careful() -> Generator[Any, Any, Any]:
        try:
            yield Now()
        finally:
            ended.append(True)

    book = Playbook(careful())
    assert book.command == Now()
    book.close()
    assert ended == [True]
    assert book.command == Returned()
