"""A town of followers: events come in, people follow, letters go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.chassis import envelope, jsontext
from services.chassis.deliveries import Deliveries
from services.chassis.envelope import Event
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.inbox import Delivery
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.notify import (
    commands,
    contract,
    digests,
    mail_links,
    reminding,
    spreading,
    subscriptions,
)
from services.notify import subscription_contract as offered
from services.notify.mail.links import Purpose
from services.notify.sites import tell_of_sites
from services.notify.topics import Topic
from services.notify.wording import Wording
from services.reports.contract import SUBMITTED
from tests.integration.calling import Caller
from tests.integration.notify.test_courier import LINKS

TANGSEL = Wording.load(Path("infra/city/tangsel"))
KELURAHAN, KECAMATAN, ELSEWHERE = "36.74.01.1001", "36.74.01", "36.74.02.1001"
SUBMITTED_ONLY = {SUBMITTED.type: SUBMITTED}


class Killed(BaseException):
    """As if the process ended here."""


class Town:
    """notify, as followers meet it."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.public: dict[str, dict[str, Any]] = {}
        self._deliveries = Deliveries(
            caller.database, caller.clock, first_delay=timedelta(0), max_tries=3
        )

    def look(self, work: UnitOfWork, topic: Topic) -> dict[str, Any]:
        """What reports answers of an incident or a site."""
        found = self.public.get(topic.id)
        if found is not None and found["merged_into"]:
            found = self.public[found["merged_into"]]
        if found is None:
            raise NotFound()
        return found

    def follow(self, person: str, **asked: Any) -> Any:
        """Somebody with an account follows a topic."""
        return self.caller.ask(
            offered.FOLLOW_TOPIC,
            lambda work, body: subscriptions.follow(work, body, TANGSEL, self.look),
            asked, by=Principal(person, Role.CITIZEN),
        )  # fmt: skip

    def end(self, person: str, subscription: str) -> Any:
        return self.caller.ask(
            offered.END_SUBSCRIPTION, lambda work, body: subscriptions.end(work, body, TANGSEL),
            {"id": subscription}, by=Principal(person, Role.CITIZEN),
        )  # fmt: skip

    def followed(self, person: str) -> Any:
        return self.caller.ask(
            offered.LIST_SUBSCRIPTIONS,
            lambda work, _: subscriptions.list_subscriptions(work, TANGSEL),
            {}, by=Principal(person, Role.CITIZEN), language="en",
        )["items"]  # fmt: skip

    def ask_by_mail(self, email: str, language: Any = "en", **asked: Any) -> Any:
        """Somebody, whoever that is, names an address."""

        def command(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
            return subscriptions.follow_by_mail(work, body, TANGSEL, LINKS, self.look, is_open=True)

        body = {"email": email} | asked
        return self.caller.ask(offered.FOLLOW_BY_MAIL, command, body, language=language)

    def click(self, purpose: Purpose, recipient: str) -> dict[str, Any]:
        """Somebody clicks a link in a letter."""
        token = LINKS.url(purpose, recipient).rpartition("/")[2]
        with self.work() as work:
            state = mail_links.use_link(work, {"token": token}, LINKS, TANGSEL)
            work.commit()
        return state

    def confirm_all(self) -> None:
        """Whoever is asked says yes."""
        for row in self.caller.rows("SELECT id::text FROM subscription WHERE since IS NULL"):
            self.click(Purpose.FOLLOW, f"subscription:{row['id']}")

    def report(self, **changed: Any) -> Delivery:
        """A report came in; the event as it arrives here."""
        data = {
            "report_id": new_id(), "number": f"LP-{new_id()[-7:]}", "category": "sampah",
            "category_name": {"id": "Sampah", "en": "Garbage"}, "area": KELURAHAN,
            "agency": "DLH", "visibility": "public", "reporter": None,
        } | changed  # fmt: skip
        sealed = envelope.seal(SUBMITTED, data["report_id"], 1, data, at=self.caller.clock.now())
        text = jsontext.dumps(sealed)
        event = envelope.open_envelope(text, SUBMITTED_ONLY)
        return Delivery(event, contract.TELL_PEOPLE, text)

    def hear(self, *deliveries: Delivery) -> None:
        """Events arrive."""
        for delivery in deliveries:
            self._deliveries.deliver(
                delivery,
                lambda work, event: commands.tell_people(work, event, TANGSEL),
            )

    def hear_of_things(self, *deliveries: Delivery) -> None:
        """Events of incidents and sites arrive."""
        for delivery in deliveries:
            self._deliveries.deliver(delivery, _tell_of_thing)

    def spread(self) -> None:
        """All that happened is told those who follow."""
        while self.step(lambda work: spreading.spread(work, TANGSEL)):
            pass

    def make_digests(self) -> None:
        """All digests that are due are made."""
        while self.step(lambda work: digests.make(work, TANGSEL, LINKS)):
            pass

    def step(self, does: Callable[[UnitOfWork], bool], *, killed: bool = False) -> bool:
        """One step of a loop; killed: after all was written, before it is committed."""
        with self.work() as work:
            more = does(work)
            if killed:
                raise Killed
            work.commit()
        return more

    def next_morning(self) -> None:
        """It is a day later, and digests are made."""
        self.caller.clock.move(timedelta(days=1))
        self.make_digests()

    def told(self, person: str) -> list[str]:
        """What somebody was told in the app, title and text, from the first."""
        rows = self.caller.rows(
            "SELECT title->>'en' AS title, text->>'en' AS text FROM notification"
            " WHERE recipient = %(who)s ORDER BY id",
            {"who": f"person:{person}"},
        )
        return [f"{row['title']}\n{row['text']}" for row in rows]

    def times_told(self, person: str, number: str) -> int:
        """How often somebody was told of a report: by a title, or by a line of a digest."""
        lines = "\n".join(self.told(person)).splitlines()
        return sum(line.startswith(f"New report {number}:") for line in lines)

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        with self.caller.database.session() as session:
            yield UnitOfWork(session, clock=self.caller.clock)


def _tell_of_thing(work: UnitOfWork, event: Event) -> None:
    if "rounds" in event.data:
        reminding.remind(work, event)
    elif "incident_id" in event.data:
        commands.tell_incident(work, event)
    else:
        tell_of_sites(work, event, TANGSEL)
