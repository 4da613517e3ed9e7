"""The life of a request as a plain generator: it yields commands and is sent their results.

No I/O, no await, no clock. The live driver answers the commands with sockets, the simulator with a heap of events.
"""

from .commands import (
    Answer,
    Arrived,
    Ask,
    ClientGone,
    Command,
    Delivered,
    Embed,
    Enter,
    Entered,
    Failed,
    Flow,
    Label,
    Note,
    Now,
    Pause,
    Read,
    Relay,
    Send,
)
from .faults import fault_of
from .rooms import Limits, Rooms, Way
from .serve import serve

__all__ = [
    "Answer",
    "Arrived",
    "Ask",
    "ClientGone",
    "Command",
    "Delivered",
    "Embed",
    "Enter",
    "Entered",
    "Failed",
    "Flow",
    "Label",
    "Limits",
    "Note",
    "Now",
    "Pause",
    "Read",
    "Relay",
    "Rooms",
    "Send",
    "Way",
    "fault_of",
    "serve",
]
