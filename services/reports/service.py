"""The reports service: entrypoints only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from services.chassis.call import Call, own_call
from services.chassis.capabilities import Capabilities
from services.chassis.contract import Operation
from services.chassis.envelope import Event
from services.chassis.errors import DatabaseAway
from services.chassis.files import open_store
from services.chassis.ids import tracking_code
from services.chassis.runtime import Chassis, ChassisService, on_event, operation, repeated
from services.chassis.unit_of_work import UnitOfWork
from services.reports import (
    actions,
    alarms,
    bulk,
    categories,
    commands,
    contacts,
    contract,
    moderation,
    open_data,
    part_alarms,
    photos,
    repository,
    requests,
    sum_repository,
    timeline,
)
from services.reports.abuse import blocks
from services.reports.abuse import repository as senders
from services.reports.abuse.contract import BLOCK_SENDER
from services.reports.catalogue import Catalogue
from services.reports.collections import reminding
from services.reports.incidents import commands as incidents
from services.reports.incidents import history_repository
from services.reports.plain import PLAIN
from services.reports.settings import Settings
from services.reports.sites import alarms as site_alarms
from services.reports.sites import keeping as sites
from services.reports.work_contract import ASSIGN_MANY, GET_JOB

SWEEP_SECONDS = 600.0
ALARM_SECONDS = 1.0
MEASURE_SECONDS = 5.0
JOB_SECONDS = 1.0
CATALOGUE_SECONDS = 60.0
SUM_SECONDS = 1.0
OPEN_DATA_SECONDS = 60.0
SITE_SECONDS = 1.0
REMIND_SECONDS = 30.0

log = structlog.get_logger(__name__)


def with_tracking_code(service: Any, report: dict[str, Any], call: Call) -> dict[str, Any]:
    """Fill in the tracking code where one was promised; it is derived, never stored."""
    if "tracking_code" not in report:
        return report
    secret = service.chassis.settings.tracking_secret
    return report | {"tracking_code": tracking_code(secret, report["number"])}


def capabilities_of(service: Any) -> Capabilities:
    """By which uploads are known."""
    return Capabilities(service.chassis.settings.upload_secret, service.chassis.clock)


def city_of(service: Any) -> Catalogue:
    """For what people send: the city, or if the operator wants that, one that suspects nobody."""
    city: Catalogue = service.chassis.city
    return city if service.chassis.settings.hold_suspected else city.trusting


class ReportsService(ChassisService):
    """Citizens' reports."""

    name = contract.CONTRACT.service
    chassis: Any = Chassis(contract.CONTRACT, Settings, Catalogue.load, build=categories.Notes.of)

    @operation(contract.SUBMIT_REPORT, present=with_tracking_code)
    def submit_report(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Take a report in."""
        return commands.submit_report(work, body, city_of(self), capabilities_of(self))

    @operation(contract.GET_PHOTO)
    def get_photo(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Find one photo."""
        return commands.get_photo(work, body)

    @repeated(SUM_SECONDS)
    def sum_up(self) -> bool:
        """Take what changed into the sums."""
        with self.chassis.work() as work:
            zone = self.chassis.city.city.timezone.key
            more = [sum_repository.fold(work, zone), history_repository.fold(work)]
            work.commit()
        return any(more)

    @operation(contract.TRACK_REPORT)
    def track_report(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Follow a guest's report."""
        secret = self.chassis.settings.tracking_secret
        return commands.track_report(work, body, self.chassis.city, secret)

    @operation(contract.CONTACT_OF_REPORT)
    def contact_of_report(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Tell another service where to write."""
        return contacts.contact_of_report(work, body, self.chassis.settings.tracking_secret)

    @operation(contract.FORGET_CONTACT)
    def forget_contact(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Forget a guest's address."""
        return contacts.forget_contact(work, body, self.chassis.settings.tracking_secret)

    @operation(contract.LIST_CATEGORIES)
    def list_categories(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read what can be reported."""
        return categories.list_categories(work, self.chassis.city)

    @operation(contract.SUBMIT_REQUEST)
    def submit_request(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Take in what an app sends."""
        return requests.submit_request(work, body, city_of(self), capabilities_of(self))

    @operation(contract.ANSWER_FOLLOW_UP)
    def answer_follow_up(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Hear from a guest whether it is still well."""
        secret = self.chassis.settings.tracking_secret
        given = capabilities_of(self)
        return actions.answer_follow_up(work, body, self.chassis.city, given, secret)

    @operation(contract.TIMELINE)
    def report_timeline(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read what happened to a report."""
        return timeline.timeline(work, body)

    @operation(contract.LIST_MODERATION)
    def list_moderation(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read what was moderated."""
        return moderation.list_moderation(work, body)

    @operation(ASSIGN_MANY)
    def assign_many(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Take a job in."""
        work.after_commit(partial(self.chassis.poke, "do_jobs"))
        return bulk.assign_many(work, body, self.chassis.city)

    @operation(GET_JOB)
    def get_job(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """See how far it is."""
        return bulk.get_job(work, body)

    @repeated(JOB_SECONDS)
    def do_jobs(self) -> bool:
        """Do the next item of a job."""
        try:
            with self.chassis.work() as work:
                return bulk.do_next(work, self.chassis.city, capabilities_of(self))
        except bulk.ItemBroken as broken:
            log.exception("an item of a job failed", job=broken.item["job_id"])
            with self.chassis.work() as work:
                bulk.give_up(work, broken.item)
                work.commit()
            return True

    @on_event(contract.KEEP_ACCOUNTS)
    def keep_accounts(self, work: UnitOfWork, event: Event) -> None:
        """Know who is whose staff."""
        repository.keep_account(work, event.data, event.version)

    @on_event(contract.CHANGE_ACCOUNTS)
    def change_accounts(self, work: UnitOfWork, event: Event) -> None:
        """Know who is no one's staff any more."""
        repository.change_account(work, event.data, event.version)

    @repeated(ALARM_SECONDS)
    def ring_alarms(self) -> bool:
        """Do what is due by now."""
        return self._ring_all(alarms)

    @repeated(ALARM_SECONDS)
    def ring_part_alarms(self) -> bool:
        """The same for the parts of other agencies."""
        return self._ring_all(part_alarms)

    @repeated(ALARM_SECONDS)
    def ring_site_alarms(self) -> bool:
        """The same for what agencies owe to sites."""
        return self._ring_all(site_alarms)

    def _ring_all(self, bell: Any) -> bool:
        with self.chassis.work(transaction=False) as work:
            due = bell.due(work)
        for one in due:
            self._ring(bell, one)
        return bool(due)

    def _ring(self, bell: Any, one: Any) -> None:
        try:
            with self.chassis.work(own_call()) as work:
                bell.ring(work, one, self.chassis.city)
                work.commit()
        except DatabaseAway:
            raise
        except Exception:
            log.exception("an alarm failed", report=one)
            with self.chassis.work() as work:
                bell.postpone(work, one)
                work.commit()

    @repeated(ALARM_SECONDS)
    def end_incidents(self) -> bool:
        """End those whose time is over."""
        return self._ring_all(incidents)

    @repeated(MEASURE_SECONDS)
    def measure_alarms(self) -> bool:
        """See what is late."""
        with self.chassis.work(transaction=False) as work:
            alarms.measure(work)
        return False

    @repeated(CATALOGUE_SECONDS)
    def note_catalogue(self) -> bool:
        """Note, once, that the categories are as this process found them when it started."""
        notes: categories.Notes = self.chassis.own
        if not notes.are_taken:
            with self.chassis.work() as work:
                categories.remember_changes(work, self.chassis.city)
                work.commit()
            with self.chassis.work() as work:
                sites.note_categories(work, self.chassis.city)
                work.commit()
            notes.are_taken = True
        return False

    @repeated(SITE_SECONDS)
    def keep_sites(self) -> bool:
        """Take what changed of reports into the sites on which they lie."""
        with self.chassis.work(own_call()) as work:
            more = sites.take_in(work, self.chassis.city)
            work.commit()
        return more

    @repeated(REMIND_SECONDS)
    def remind_of_collections(self) -> bool:
        """Tell of what is collected soon, once."""
        with self.chassis.work(own_call()) as work:
            more = reminding.remind(work, self.chassis.city)
            work.commit()
        return more

    @repeated(OPEN_DATA_SECONDS)
    def make_open_data(self) -> bool:
        """Make the files of the day, if nobody has."""
        store = open_store(self.chassis.settings.files_url)
        made = open_data.make_if_due(self.chassis.work, self.chassis.city, store)
        if made is not None:
            log.info("open data are made", reports=made)
        return False

    @repeated(SWEEP_SECONDS)
    def sweep_photos(self) -> bool:
        """Delete uploads that nobody used."""
        store = open_store(self.chassis.settings.files_url)
        with self.chassis.work() as work:
            more = photos.sweep_hour(work, store)
            work.commit()
        return more

    @repeated(SWEEP_SECONDS)
    def sweep_senders(self) -> bool:
        """Forget by what senders of long ago could be known again."""
        days = self.chassis.city.abuse.kept_days
        with self.chassis.work() as work:
            more = senders.sweep(work, work.clock.now() - timedelta(days=days))
            work.commit()
        return more


def _serve(offered: Operation, command: Callable[..., dict[str, Any]]) -> None:
    """Give the service an entrypoint for an operation; command takes the service, too."""

    def serve(self: Any, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        return command(self, work, body)

    serve.__name__ = offered.name
    setattr(ReportsService, offered.name, operation(offered)(serve))


def _plain(
    command: Callable[..., dict[str, Any]], service: Any, work: UnitOfWork, body: dict[str, Any]
) -> dict[str, Any]:
    return command(work, body, service.chassis.city)


def _block(service: Any, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    chassis = service.chassis
    return blocks.block_sender(work, body, chassis.city, chassis.settings.upload_secret)


def _act(name: str, service: Any, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    return actions.act(work, name, body, city_of(service), capabilities_of(service))


for _operation, _command in PLAIN.items():
    _serve(_operation, partial(_plain, _command))
_serve(BLOCK_SENDER, _block)
for _name, _action in contract.ACTIONS.items():
    _serve(_action.operation, partial(_act, _name))
