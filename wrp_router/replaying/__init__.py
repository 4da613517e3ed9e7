"""What another configuration would have made of recorded decisions. It reads no files and asks no engine."""

from __future__ import annotations
