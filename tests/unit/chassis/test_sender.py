"""Senders are known again by digests, at the widths by which networks are handed out."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.principal import GUEST, Principal, Role
from services.chassis.sender import Digests, Sender, mark, network_of

DIGESTS = Digests(bytes(range(32)))
ADDRESSES = st.ip_addresses()


@given(ADDRESSES, st.sampled_from([32, 24, 16, 64, 56, 48]))
def test_an_address_lies_in_the_networks_it_lies_in(
    address: IPv4Address | IPv6Address, width: int
) -> None:
    found = DIGESTS.networks(str(address))
    assert len(set(found)) == len(found) == (3 if address.version == 4 else 4)
    if width > 32 and address.version == 4:
        return
    named = network_of(str(ip_network((address, width), strict=False)))
    is_looked_for = width in ((32, 24, 16) if address.version == 4 else (64, 56, 48, 32))
    assert (named is not None) == is_looked_for
    if named is not None:
        assert DIGESTS.network(named) in found


@given(ADDRESSES, ADDRESSES)
def test_networks_are_shared_by_those_in_them_alone(
    one: IPv4Address | IPv6Address, other: IPv4Address | IPv6Address
) -> None:
    shared = set(DIGESTS.networks(str(one))) & set(DIGESTS.networks(str(other)))
    widths = (32, 24, 16) if one.version == 4 else (64, 56, 48, 32)
    together = [
        width
        for width in widths
        if one.version == other.version
        and ip_network((one, width), strict=False) == ip_network((other, width), strict=False)
    ]
    assert len(shared) == len(together)


def test_another_secret_gives_other_digests() -> None:
    other = Digests(bytes(32))
    assert other.device("x") != DIGESTS.device("x")
    assert DIGESTS.networks("unknown") == ()
    customer = DIGESTS.networks("2001:db8:1:2::/64")
    assert customer == DIGESTS.networks("2001:db8:1:2::7")


def test_what_is_no_digest_counts_as_absent() -> None:
    device, networks = DIGESTS.device("x"), DIGESTS.networks("203.0.113.7")
    assert Sender.read(device, ",".join(networks)) == Sender(device, networks)
    for odd in (None, 7, "", "x" * 23, "'; DROP", ",".join(["x" * 22] * 99)):
        assert Sender.read(odd, odd) == Sender()


def test_staff_has_no_marks() -> None:
    sender = Sender(DIGESTS.device("x"), DIGESTS.networks("203.0.113.7"))
    citizen = Principal("anna", Role.CITIZEN)
    assert list(sender.marks(citizen)) == ["account", "device", "address", "network"]
    assert list(sender.marks(GUEST)) == ["device", "address", "network"]
    assert len(sender.all_marks(citizen)) == 5
    assert mark("address", sender.networks[0]) in sender.all_marks(GUEST)
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.ADMIN, Role.SYSTEM):
        assert not sender.marks(Principal("x", role)) and not sender.all_marks(Principal("x", role))
