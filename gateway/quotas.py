"""How much one sender may put before others in an hour and a day, counted beside the rates.

Rates keep the city serving; these keep one sender from flooding it. Counted is what was taken in:
who makes a mistake in a form loses nothing, and a retry is no second report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from environs import Env, EnvError

from gateway.rates import Allowance, Limit, RateLimited, Rates, limits_of
from services.chassis.principal import Principal, Role
from services.chassis.sender import Sender
from services.chassis.settings import text
from services.chassis.text import Text

HOLDERS = ("account", "device", "address")
_FORM = re.compile(r"(\w+)=((?:[0-9]{1,9}/(?:minute|hour|day),?)+)")
_WINDOWS = {
    60: Text("a minute", id="semenit"),
    3_600: Text("an hour", id="sejam"),
    86_400: Text("a day", id="sehari"),
}


@dataclass(frozen=True)
class Quota:
    """given: as it was written. by_holder: the limits of each of HOLDERS that has any."""

    given: str
    by_holder: Mapping[str, tuple[Limit, ...]] = field(repr=False, hash=False)

    def __str__(self) -> str:
        return self.given


class Sent(Enum):
    """What is counted; its value is the name of its counters."""

    REPORT = "report"
    COMMENT = "comment"
    SUPPORT = "support"


class SentEnough(RateLimited):
    """A sender's quota is used up for now."""

    code = "sent_enough"
    title = Text("That is enough for now", id="Sudah cukup untuk saat ini")


def quota(env: Env, name: str) -> Quota:
    """account=20/hour,60/day device=… address=…, the windows being minute, hour and day."""
    return parsed(text(env, name))


def parsed(given: str) -> Quota:
    """Read the form of a setting. Raises EnvError."""
    found: dict[str, tuple[Limit, ...]] = {}
    for part in given.split():
        match = _FORM.fullmatch(part)
        if match is None or match[1] not in HOLDERS or match[1] in found:
            raise EnvError("must look like account=20/hour,60/day device=10/hour address=600/hour")
        found[match[1]] = limits_of(match[2].rstrip(","))
    return Quota(given, found)


class Quotas:
    """Checks and counts. by_kind: the quota of each kind; what is not named is not limited."""

    def __init__(self, rates: Rates, by_kind: Mapping[Sent, Quota]) -> None:
        self._rates = rates
        self._by_kind = by_kind

    def check(self, kind: Sent, principal: Principal, sender: Sender) -> None:
        """Raise SentEnough if any of the sender's quotas is used up."""
        for holder, who, item in self._items(kind, principal, sender):
            left = self._rates.look(item, kind.value, holder, who)
            if left.remaining == 0:
                raise _enough(left, item)

    def count(self, kind: Sent, principal: Principal, sender: Sender) -> None:
        """One more was taken in."""
        for holder, who, item in self._items(kind, principal, sender):
            self._rates.count(item, kind.value, holder, who)

    def _items(
        self, kind: Sent, principal: Principal, sender: Sender
    ) -> list[tuple[str, str, Limit]]:
        limits = self._by_kind[kind].by_holder if kind in self._by_kind else {}
        return [
            (holder, who, item)
            for holder, who in holders(principal, sender)
            for item in limits.get(holder, ())
        ]


def holders(principal: Principal, sender: Sender) -> list[tuple[str, str]]:
    """Whose quotas a request is counted against.

    A citizen's account, and the device if it is named. Guests share their address only as far as
    they name no device, so that a carrier's thousands of phones behind one address do not. Staff
    sends for many people and an app's key has a limit of its own.
    """
    device = [] if sender.device is None else [("device", sender.device)]
    if principal.role is Role.CITIZEN:
        return [("account", principal.subject), *device]
    if principal.role is Role.GUEST:
        return device or [("address", address) for address in sender.networks[:1]]
    return []


def _enough(left: Allowance, item: Limit) -> SentEnough:
    words = Text(
        "{limit} were sent within {window}; more can be sent in {minutes} minutes. "
        "Nothing of it is lost. In danger call 112.",
        id="Sudah {limit} kiriman dalam {window}; kirim lagi {minutes} menit kemudian. "
        "Yang sudah terkirim tidak hilang. Dalam bahaya hubungi 112.",
    )
    minutes = max(1, -(-left.reset // 60))
    window = _WINDOWS[item.get_expiry()]
    told = words.format(limit=left.limit, window=window, minutes=minutes)
    return SentEnough(left, told)
