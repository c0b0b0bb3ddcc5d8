"""Whose request it is, as far as addresses tell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from werkzeug.wrappers import Request

Network = IPv4Network | IPv6Network
# the smallest block a provider gives to one customer
_IPV6_CUSTOMER = 64
# reading an address takes longer than remembering what it said
_KNOWN = 4_096


def client_address(request: Request, trusted: Iterable[Network]) -> str:
    """The address of the client itself.

    X-Forwarded-For counts only as far as trusted proxies wrote it: the last address in it that is
    no trusted proxy. IPv6 addresses are cut to their /64.
    """
    proxies = tuple(trusted)
    address = request.remote_addr or ""
    if not _is_in(address, proxies):
        return _customer(address)
    chain = request.headers.get("X-Forwarded-For", "").split(",")
    while _is_in(address, proxies) and chain:
        before = chain.pop().strip()
        if not _is_address(before):
            break
        address = before
    return _customer(address)


def is_secure(request: Request, trusted: Iterable[Network]) -> bool:
    """Whether the client came over TLS, as a trusted proxy says."""
    proto = request.headers.get("X-Forwarded-Proto", "")
    return _is_in(request.remote_addr or "", tuple(trusted)) and proto.lower() == "https"


@lru_cache(_KNOWN)
def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(_KNOWN)
def _customer(address: str) -> str:
    if not _is_address(address):
        return "unknown"
    found = ip_address(address)
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, _IPV6_CUSTOMER), strict=False))
