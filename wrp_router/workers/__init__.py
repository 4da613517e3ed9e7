"""Several processes on one port: a supervisor that holds the sockets, and workers that answer. The supervisor handles
no request; a worker without supervisor drains and ends."""
