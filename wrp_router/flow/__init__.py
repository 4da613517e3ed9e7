"""The life of a request as a plain generator: it yields commands and is sent their results.

No I/O, no await, no clock. The live driver answers the commands with sockets, the simulator with a heap of events.
"""

from .asks import AS_USUAL, Ask, CacheControl, Label, Tell
from .commands import (
    Answer,
    Arrived,
    ClientGone,
    Command,
    Delivered,
    Embed,
    Enter,
    Entered,
    Failed,
    Fetch,
    Fetched,
    Flow,
    Form,
    Look,
    Note,
    Now,
    Pause,
    Prefill,
    Prefilled,
    Read,
    Relay,
    Reserve,
    Review,
    Send,
    SetAside,
    Settle,
    Stand,
    Stood,
    Wait,
)
from .conversations import Conversations
from .decisions import Decided, Decisions
from .faults import fault_of
from .questions import Inquire, Inquired, Inquiry
from .rooms import Limits, Rooms, Way
from .seat import Seat
from .serve import serve

__all__ = [
    "AS_USUAL",
    "Answer",
    "Arrived",
    "Ask",
    "CacheControl",
    "ClientGone",
    "Command",
    "Conversations",
    "Decided",
    "Decisions",
    "Delivered",
    "Embed",
    "Enter",
    "Entered",
    "Failed",
    "Fetch",
    "Fetched",
    "Flow",
    "Form",
    "Inquire",
    "Inquired",
    "Inquiry",
    "Label",
    "Limits",
    "Look",
    "Note",
    "Now",
    "Pause",
    "Prefill",
    "Prefilled",
    "Read",
    "Relay",
    "Reserve",
    "Review",
    "Rooms",
    "Seat",
    "Send",
    "SetAside",
    "Settle",
    "Stand",
    "Stood",
    "Tell",
    "Wait",
    "Way",
    "fault_of",
    "serve",
]
