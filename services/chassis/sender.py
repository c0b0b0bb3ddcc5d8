"""Where a request came from, as far as services may know: by digests that only we can make.

Neither an address nor a device's own identifier goes further than the gateway. What travels, and
what is kept for a while against abuse, are keyed digests of them: whoever has the database alone
cannot find out whose they are, and cannot even try all addresses there are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from services.chassis.principal import Principal, Role

# The widths by which a network can be named. A customer has one IPv4 address, or an IPv6 /64 to
# /56; a provider's branch has a /24 or a /48.
IPV4_WIDTHS = (32, 24, 16)
IPV6_WIDTHS = (64, 56, 48, 32)
_DIGEST = re.compile(r"[A-Za-z0-9_-]{22}")
_MOST_NETWORKS = 4
# Staff answer for what they do by name, and may sit behind the same address as anybody
_NOT_STAFF = frozenset({Role.GUEST, Role.CITIZEN, Role.APP})

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Sender:
    """Digests of a device and of the networks that an address lies in, the narrowest first."""

    device: str | None = None
    networks: tuple[str, ...] = ()

    @classmethod
    def read(cls, device: object, networks: object) -> Sender:
        """Out of call headers; what has not our form counts as absent."""
        found = networks.split(",") if isinstance(networks, str) and len(networks) < 200 else []
        return cls(
            device if isinstance(device, str) and _DIGEST.fullmatch(device) else None,
            tuple(one for one in found if _DIGEST.fullmatch(one))[:_MOST_NETWORKS],
        )

    def marks(self, principal: Principal) -> dict[str, str]:
        """By what a sender can be known again (`known_by`); nothing for staff."""
        if principal.role not in _NOT_STAFF:
            return {}
        account = principal.subject if principal.role is Role.CITIZEN else None
        return known_by(account, self.device, self.networks)

    def all_marks(self, principal: Principal) -> list[str]:
        """The same as `mark` writes them, with every network."""
        found = self.marks(principal)
        narrow = [mark(kind, found[kind]) for kind in ("account", "device") if kind in found]
        wide = self.networks if principal.role in _NOT_STAFF else ()
        return narrow + [mark("network", one) for one in wide]


class Digests:
    """Makes the digests. secret: shared by gateway and reports, for this and for other things."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"senders", hashlib.sha256).digest()

    def device(self, given: str) -> str:
        """Of what a device calls itself."""
        return self._of(f"device {given}")

    def networks(self, address: str) -> tuple[str, ...]:
        """Of the networks that an address, or a network such as a customer's /64, lies in."""
        try:
            found = ip_network(address, strict=False)
        except ValueError:
            return ()
        widths = [width for width in _widths(found) if width <= found.prefixlen]
        return tuple(self.network(found.supernet(new_prefix=width)) for width in widths)

    def network(self, network: Network) -> str:
        """Of a network of one of the widths."""
        return self._of(f"network {network}")

    def _of(self, text: str) -> str:
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def known_by(account: str | None, device: str | None, networks: Sequence[str]) -> dict[str, str]:
    """By what there is of it: `account`, `device`, `address`, and the next wider `network`."""
    address, network = (*networks, None, None)[:2]
    found = {"account": account, "device": device, "address": address, "network": network}
    return {kind: digest for kind, digest in found.items() if digest is not None}


def mark(kind: str, digest: str) -> str:
    """How a mark is kept. An address is a network, so that the one is found by the other."""
    return f"{'network' if kind == 'address' else kind}:{digest}"


def network_of(text: str) -> Network | None:
    """A network such as 203.0.113.0/24, of one of the widths; None for anything else."""
    try:
        found = ip_network(text)
    except ValueError:
        return None
    return found if found.prefixlen in _widths(found) else None


def _widths(network: Network | IPv4Address | IPv6Address) -> tuple[int, ...]:
    return IPV4_WIDTHS if network.version == 4 else IPV6_WIDTHS
