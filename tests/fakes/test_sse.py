"""Events as bytes."""

from wrp_router.fakes.sse import Event, Kind, event, frame


def test_frames():
    """With and without a name, with either line end."""
    assert frame(event(Kind.TEXT, {"a": "é"})) == 'data: {"a":"é"}\n\n'.encode()
    assert frame(event(Kind.STOP, {}, "message_stop")) == b"event: message_stop\ndata: {}\n\n"
    assert frame(Event(Kind.DONE, b"[DONE]"), b"\r\n") == b"data: [DONE]\r\n\r\n"
