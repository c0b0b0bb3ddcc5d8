"""How often one may ask: counted per principal and per address, for each class of routes."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute, parse_many
from limits.storage import Storage, storage_from_string

from services.chassis.errors import TooManyRequests
from services.chassis.principal import Principal
from services.chassis.text import Text

T = TypeVar("T")
Limit = RateLimitItem
log = structlog.get_logger(__name__)

REDIS_SECONDS = 0.5
MOST_COUNTERS = 100_000


def limits_of(text: str) -> tuple[Limit, ...]:
    """Of `10/hour,30/day`. Raises ValueError."""
    return tuple(parse_many(text))


class Rate(Enum):
    """The classes of routes: (name, a minute per principal, a minute per address).

    Whole neighbourhoods share one address behind a mobile carrier, so the last is generous.
    """

    READ = ("read", 600, 6_000)
    WRITE = ("write", 60, 600)
    LOGIN = ("login", 30, 120)
    UPLOAD = ("upload", 30, 120)
    STREAM = ("stream", 30, 300)
    BULK = ("bulk", 30, 300)

    def __init__(self, label: str, per_principal: int, per_address: int) -> None:
        self.label = label
        self.per_principal = per_principal
        self.per_address = per_address


@dataclass(frozen=True)
class Allowance:
    """What is left: `remaining` of `limit` requests, for `reset` seconds more of a window's."""

    name: str
    limit: int
    remaining: int
    reset: int
    window: int = 60

    def headers(self) -> dict[str, str]:
        """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10)."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset}',
        }


class RateLimited(TooManyRequests):
    """A limit was reached; carries what the headers say."""

    def __init__(self, allowance: Allowance, detail: Text | None = None) -> None:
        super().__init__(detail, retry_after=max(1, allowance.reset))
        self.allowance = allowance


class Rates:
    """scale: multiplies every limit. redis_url: counts are shared by all processes; while Redis is
    away, and without it, each process counts for itself."""

    def __init__(self, *, scale: float = 1.0, redis_url: str | None = None) -> None:
        self._scale = scale
        self._own: defaultdict[int, BoundedMemory] = defaultdict(BoundedMemory)
        self._shared = None if redis_url is None else _redis(redis_url)

    def check_address(self, rate: Rate, address: str) -> Allowance:
        """Count a request of an address. Raises RateLimited."""
        return self._check(rate, "address", address, rate.per_address)

    def check_principal(self, rate: Rate, principal: Principal) -> Allowance:
        """Count a request of somebody who is logged in. Raises RateLimited."""
        return self._check(rate, "principal", principal.subject, rate.per_principal)

    def check_app(self, key_id: str, per_minute: int) -> Allowance:
        """Count what an app sends with its key. Raises RateLimited."""
        return self._check(Rate.WRITE, "app", key_id, per_minute)

    def look(self, item: RateLimitItem, *who: str) -> Allowance:
        """What is left of a quota, without counting. who: its name first."""
        scaled, key = self._scaled(item), item.key_for(*who)
        count, reset = self._on(item, lambda storage: (storage.get(key), _reset(storage, key)))
        left = max(0, scaled - count)
        return Allowance(who[0], scaled, left, reset, item.get_expiry())

    def count(self, item: RateLimitItem, *who: str) -> None:
        """Count one against a quota."""
        key = item.key_for(*who)
        self._on(item, lambda storage: storage.incr(key, item.get_expiry()))

    def _check(self, rate: Rate, kind: str, who: str, per_minute: int) -> Allowance:
        item = RateLimitItemPerMinute(max(1, int(per_minute * self._scale)))
        key = item.key_for(rate.label, kind, who)
        # limits' fixed window, asking the storage only once for each thing we tell
        count, reset = self._on(
            item,
            lambda storage: (storage.incr(key, item.get_expiry()), _reset(storage, key)),
        )
        allowance = Allowance(rate.label, item.amount, max(0, item.amount - count), reset)
        if count > item.amount:
            raise RateLimited(allowance)
        return allowance

    def _scaled(self, item: RateLimitItem) -> int:
        return max(1, int(item.amount * self._scale))

    def _on(self, item: RateLimitItem, action: Callable[[Storage], T]) -> T:
        """Where all processes count, or while that is away here, with windows of that length."""
        if self._shared is not None:
            try:
                return action(self._shared)
            except Exception as error:
                log.warning("shared rate limits are away", error=type(error).__name__)
        return action(self._own[item.get_expiry()])


def _reset(storage: Storage, key: str) -> int:
    return max(0, math.ceil(storage.get_expiry(key) - time.time()))


def _redis(url: str) -> Storage:
    storage = storage_from_string(
        url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
    assert isinstance(storage, Storage)
    return storage


class BoundedMemory(Storage):
    """Counters of fixed windows in this process, a bounded number of them.

    limits' own memory storage walks over all its keys a hundred times a second.
    """

    STORAGE_SCHEME = ["bounded-memory"]

    def __init__(self, most: int = MOST_COUNTERS) -> None:
        super().__init__()
        self._most = most
        # windows have one length, so the oldest is always the first
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong here: nothing."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; a new window begins with its first request."""
        now = time.time()
        count, ends = self._counters.get(key, (0, 0.0))
        if ends <= now:
            self._counters.pop(key, None)
            self._forget(now)
            count, ends = 0, now + expiry
        self._counters[key] = (count + amount, ends)
        return count + amount

    def get(self, key: str) -> int:
        """The present count."""
        count, ends = self._counters.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._counters.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Always there."""
        return True

    def reset(self) -> int:
        """Forget all."""
        count = len(self._counters)
        self._counters.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counters.pop(key, None)

    def _forget(self, now: float) -> None:
        """Make room: windows that have ended, and the oldest when there are too many."""
        while self._counters:
            key, (_, ends) = next(iter(self._counters.items()))
            if ends > now and len(self._counters) < self._most:
                return
            del self._counters[key]
