"""The notify service: entrypoints only."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.chassis.envelope import Event
from services.chassis.runtime import Chassis, ChassisService, on_event, operation, repeated
from services.chassis.unit_of_work import UnitOfWork
from services.notify import commands, contract, feed
from services.notify.settings import Settings
from services.notify.wording import Wording

ORDER_SECONDS = 1.0
GATHER_SECONDS = 0.03
FORGET_SECONDS = 600.0


class NotifyService(ChassisService):
    """Tells people what happened to what concerns them."""

    name = contract.CONTRACT.service
    chassis: Any = Chassis(contract.CONTRACT, Settings, Wording.load)

    @on_event(contract.TELL_PEOPLE)
    def tell_people(self, work: UnitOfWork, event: Event) -> None:
        """A report came in."""
        commands.tell_people(work, event, self.chassis.city)
        work.after_commit(partial(self.chassis.poke, "order_feed"))

    @on_event(contract.KEEP_FOLLOWERS)
    def keep_followers(self, work: UnitOfWork, event: Event) -> None:
        """Somebody follows a report, or no more."""
        commands.keep_followers(work, event)

    @operation(contract.LIST_NOTIFICATIONS)
    def list_notifications(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read a page."""
        return commands.list_notifications(work, body)

    @operation(contract.UNREAD_COUNT)
    def unread_count(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Count the unread."""
        return commands.unread_count(work)

    @operation(contract.MARK_READ)
    def mark_read(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Mark one."""
        return commands.mark_read(work, body)

    @operation(contract.MARK_ALL_READ)
    def mark_all_read(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Mark all."""
        return commands.mark_all_read(work)

    @operation(contract.READ_FEED)
    def read_feed(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read what happened since."""
        return feed.read(work, body)

    @repeated(ORDER_SECONDS, pause=GATHER_SECONDS)
    def order_feed(self) -> bool:
        """Move new entries into the feed."""
        with self.chassis.work() as work:
            more = feed.advance(work)
            work.commit()
        return more

    @repeated(FORGET_SECONDS)
    def forget_feed(self) -> bool:
        """Delete old entries."""
        with self.chassis.work() as work:
            more = feed.forget(work)
            work.commit()
        return more
