"""The broker's address: one URL, in which a cluster is named by all its nodes.

amqp://user:password@node-1:5672,node-2:5672,node-3:5672/vhost
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

PLAIN_PORT, TLS_PORT = 5672, 5671


def nodes(url: str) -> list[str]:
    """The URL of each node, with its port, in the order in which they are to be tried.

    Raises ValueError if a node has no host or no good port.
    """
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    places = [_with_port(host, parts.scheme) for host in hosts.split(",")]
    return [urlunsplit(parts._replace(netloc=f"{login}{at}{place}")) for place in places]


def checked(url: str) -> str:
    """The URL as it is. Raises ValueError as `nodes` does."""
    nodes(url)
    return url


def for_kombu(url: str) -> str:
    """The form in which kombu knows several nodes, and goes on to the next if one is away."""
    return ";".join(nodes(url))


def addresses(url: str) -> list[tuple[str, int]]:
    """Host and port of each node. Raises ValueError as `nodes` does."""
    found = [urlsplit(node) for node in nodes(url)]
    return [(str(one.hostname), int(one.port or 0)) for one in found]


def user(url: str) -> str:
    """As whom one connects."""
    return unquote(urlsplit(url).username or "")


def is_encrypted(url: str) -> bool:
    """Whether it is to be reached by TLS only."""
    return urlsplit(url).scheme == "amqps"


def _with_port(host: str, scheme: str) -> str:
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError("a node without a host")
    # kombu would give a node without a port that of the first one
    return host if parts.port else f"{host}:{TLS_PORT if scheme == 'amqps' else PLAIN_PORT}"
