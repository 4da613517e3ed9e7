"""Addresses and URLs as text. Resolves nothing."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.%a-z]{2,64})\]|([A-Za-z0-9_.-]{1,253})):([0-9]{1,5})")
_MOST_PORT = 65535


def split_address(text: str) -> tuple[str, int] | None:
    """Host and port of `host:port` or `[v6]:port`; None for anything else. Port 0 is one that the system picks."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[3]) > _MOST_PORT:
        return None
    if found[1] is not None and not _is_v6(found[1]):
        return None
    return found[1] or found[2], int(found[3])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host. Names other than localhost could be anything."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def split_url(text: str) -> SplitResult | None:
    """The parts of an http or https URL with a host, else None."""
    if any(not "!" <= c <= "~" for c in text):
        return None
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, half an IPv6 address
        return None
    return parts if fits else None


def host_and_port(parts: SplitResult) -> str:
    """`host:port`, with the scheme's own port where there is none."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server_name(url: str) -> str:
    """What a server without a name is called: host and port, and the path if there is one."""
    parts = split_url(url)
    return url if parts is None else host_and_port(parts) + parts.path.rstrip("/")
