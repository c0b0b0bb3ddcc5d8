"""The notify service: entrypoints only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from services.chassis.envelope import Event
from services.chassis.rpc_client import RpcClient
from services.chassis.runtime import Chassis, ChassisService, on_event, operation, repeated
from services.chassis.unit_of_work import UnitOfWork
from services.notify import (
    commands,
    contract,
    digests,
    duplicates,
    feed,
    following_things,
    forgetting,
    mail_links,
    mailing,
    reminding,
    spreading,
    subscriptions,
)
from services.notify.mail_contract import (
    FORGET_CONTACTS,
    FORGET_REPORTERS,
    GET_PREFERENCES,
    OPEN_LINK,
    SEND_CODES,
    SET_PREFERENCES,
    USE_LINK,
)
from services.notify.post_office import PostOffice
from services.notify.settings import Settings
from services.notify.sites import tell_of_sites
from services.notify.subscription_contract import (
    END_SUBSCRIPTION,
    FOLLOW_BY_MAIL,
    FOLLOW_TOPIC,
    LIST_SUBSCRIPTIONS,
)
from services.notify.topics import Topic
from services.notify.wording import Wording
from services.reports.contract import PLACE_TO_FOLLOW

ORDER_SECONDS = 1.0
GATHER_SECONDS = 0.03
FORGET_SECONDS = 600.0
MAIL_SECONDS = 1.0
SPREAD_SECONDS = 1.0
DIGEST_SECONDS = 30.0
MEASURE_SECONDS = 5.0


class NotifyService(ChassisService):
    """Tells people what happened to what concerns them."""

    name = contract.CONTRACT.service
    chassis: Any = Chassis(contract.CONTRACT, Settings, Wording.load, build=PostOffice)
    rpc: Any = RpcClient()

    @on_event(contract.TELL_PEOPLE)
    def tell_people(self, work: UnitOfWork, event: Event) -> None:
        """Something happened to a report."""
        self._tell(work, event)

    @on_event(contract.TELL_OF_CASEWORK)
    def tell_of_casework(self, work: UnitOfWork, event: Event) -> None:
        """An agency did something that earlier versions do not know of."""
        self._tell(work, event)

    @on_event(contract.TELL_DUPLICATES)
    def tell_duplicates(self, work: UnitOfWork, event: Event) -> None:
        """Something happened to a report that has, or had, duplicates."""
        self._tell(work, event, duplicates.tell_duplicates)

    def _tell(self, work: UnitOfWork, event: Event, tell: Any = commands.tell_people) -> None:
        tell(work, event, self.chassis.city, by_mail=self.chassis.own.is_open)
        work.after_commit(partial(self.chassis.poke, "order_feed"))
        work.after_commit(partial(self.chassis.poke, "deliver_mail"))
        work.after_commit(partial(self.chassis.poke, "spread_news"))

    @on_event(SEND_CODES)
    def send_codes(self, work: UnitOfWork, event: Event) -> None:
        """Somebody is to prove an address."""
        if self.chassis.own.is_open:
            mailing.queue_code(work, event, self.chassis.city)
            work.after_commit(partial(self.chassis.poke, "deliver_mail"))

    @on_event(FORGET_CONTACTS)
    def forget_contacts(self, work: UnitOfWork, event: Event) -> None:
        """A contact changed, or is to be forgotten."""
        mailing.forget_contact(work, event)

    @on_event(FORGET_REPORTERS)
    def forget_reporters(self, work: UnitOfWork, event: Event) -> None:
        """Somebody is not to be known any more."""
        forgetting.forget_reporter(work, event)

    @on_event(contract.KEEP_FOLLOWERS)
    def keep_followers(self, work: UnitOfWork, event: Event) -> None:
        """Somebody follows a report, or no more."""
        commands.keep_followers(work, event)

    @on_event(contract.TELL_INCIDENTS)
    def tell_incidents(self, work: UnitOfWork, event: Event) -> None:
        """An incident began, changed, or is over."""
        commands.tell_incident(work, event)
        work.after_commit(partial(self.chassis.poke, "spread_news"))

    @on_event(contract.TELL_OF_SITES)
    def tell_of_sites(self, work: UnitOfWork, event: Event) -> None:
        """Something happened to a site."""
        tell_of_sites(work, event, self.chassis.city)
        work.after_commit(partial(self.chassis.poke, "order_feed"))
        work.after_commit(partial(self.chassis.poke, "spread_news"))

    @on_event(contract.REMIND_OF_COLLECTIONS)
    def remind_of_collections(self, work: UnitOfWork, event: Event) -> None:
        """Garbage is collected soon."""
        reminding.remind(work, event)
        work.after_commit(partial(self.chassis.poke, "spread_news"))

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

    @operation(GET_PREFERENCES)
    def get_preferences(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read one's preferences."""
        return mailing.get_preferences(work)

    @operation(SET_PREFERENCES)
    def set_preferences(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Change them."""
        return mailing.set_preferences(work, body)

    @operation(OPEN_LINK)
    def open_link(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """See what a link is for."""
        return mail_links.open_link(work, body, self.chassis.own.links, self.chassis.city)

    @operation(USE_LINK)
    def use_link(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Do it."""
        return mail_links.use_link(work, body, self.chassis.own.links, self.chassis.city)

    @operation(FOLLOW_TOPIC)
    def follow_topic(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Follow in the app."""
        return subscriptions.follow(work, body, self.chassis.city, self._look)

    @operation(FOLLOW_BY_MAIL)
    def follow_topic_by_mail(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Ask whether to follow by e-mail."""
        work.after_commit(partial(self.chassis.poke, "deliver_mail"))
        own, city = self.chassis.own, self.chassis.city
        look, is_open = self._look, own.is_open
        return subscriptions.follow_by_mail(work, body, city, own.links, look, is_open=is_open)

    def _look(self, work: UnitOfWork, topic: Topic) -> dict[str, Any]:
        """What everybody may know of an incident or a site. Raises NotFound."""
        token = self.chassis.own.token
        headers = replace(work.call.headers, authorization=token, idempotency_key=None)
        asked = {"kind": topic.kind, "id": topic.id}
        found: dict[str, Any] = self.rpc.call("reports", PLACE_TO_FOLLOW.name, asked, headers)
        return found

    @operation(LIST_SUBSCRIPTIONS)
    def list_subscriptions(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read what one follows."""
        return subscriptions.list_subscriptions(work, self.chassis.city)

    @operation(END_SUBSCRIPTION)
    def end_subscription(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Follow it no more."""
        return subscriptions.end(work, body, self.chassis.city)

    @repeated(SPREAD_SECONDS, pause=GATHER_SECONDS)
    def spread_news(self) -> bool:
        """Tell the next who follow a topic."""
        with self.chassis.work() as work:
            more = spreading.spread(work, self.chassis.city)
            work.after_commit(partial(self.chassis.poke, "order_feed"))
            work.commit()
        self.chassis.poke("deliver_mail")
        return more

    @repeated(DIGEST_SECONDS)
    def make_digests(self) -> bool:
        """Make the next digests that are due."""
        with self.chassis.work() as work:
            more = digests.make(work, self.chassis.city, self.chassis.own.links)
            work.commit()
        return more

    @repeated(FORGET_SECONDS)
    def forget_subscriptions(self) -> bool:
        """Forget what nobody confirmed or what ended, and news that everybody has."""
        with self.chassis.work() as work:
            more = subscriptions.forget(work, self.chassis.city) | spreading.forget(work)
            more |= following_things.forget(work)
            work.commit()
        return more

    @repeated(MAIL_SECONDS, pause=GATHER_SECONDS)
    def deliver_mail(self) -> bool:
        """Send the next messages."""
        return bool(self.chassis.own.deliver_next(self.chassis.work, self.rpc))

    @repeated(MEASURE_SECONDS)
    def measure_mail(self) -> bool:
        """See how much there is to send."""
        with self.chassis.work(transaction=False) as work:
            mailing.measure(work)
        return False

    @repeated(FORGET_SECONDS)
    def forget_mail(self) -> bool:
        """Delete old messages."""
        with self.chassis.work() as work:
            more = mailing.forget_ended(work)
            work.commit()
        return more

    @repeated(FORGET_SECONDS)
    def forget_feed(self) -> bool:
        """Delete old entries."""
        with self.chassis.work() as work:
            more = feed.forget(work)
            work.commit()
        return more
