"""Engines, faulty networks, clocks and playbooks to test and to show the router with. Never imported by `live`."""
