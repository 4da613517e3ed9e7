"""For all tests: how long an example takes says something of the machine, nothing of the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
