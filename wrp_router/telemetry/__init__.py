"""Rows become metrics, spans and log lines. The core knows none of them."""
