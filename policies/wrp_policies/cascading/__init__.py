"""Cascades: a small model answers, a verifier looks, and only what it does not accept goes to a larger one."""
