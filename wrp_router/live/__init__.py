"""All the I/O: server, upstream client, relay, probes. It decides nothing."""
