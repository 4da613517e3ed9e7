"""Engines, faulty networks and playbooks to test and to show the router with. Never imported by `live`."""
