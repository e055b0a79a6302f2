"""Every name that ends in .localhost is this machine, as RFC 6761 says; few resolvers know it."""

import socket
from typing import Any

_asked = socket.getaddrinfo


def _getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    return _asked("127.0.0.1" if isinstance(name, str) and name.endswith(".localhost") else host, *rest, **named)


socket.getaddrinfo = _getaddrinfo
