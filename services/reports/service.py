"""The reports service: entrypoints only."""

from __future__ import annotations

from functools import cache
from typing import Any

from services.chassis.call import Call
from services.chassis.ids import tracking_code
from services.chassis.runtime import Chassis, ChassisService, operation
from services.chassis.unit_of_work import UnitOfWork
from services.reports import commands, contract
from services.reports.catalogue import Catalogue
from services.reports.settings import Settings

catalogue = cache(Catalogue.load)


def with_tracking_code(service: Any, report: dict[str, Any], call: Call) -> dict[str, Any]:
    """Add the guest's code to the answer; it is derived, never stored."""
    if not call.principal.is_guest:
        return report
    secret = service.chassis.settings.tracking_secret
    return report | {"tracking_code": tracking_code(secret, report["number"])}


class ReportsService(ChassisService):
    """Citizens' reports."""

    name = contract.CONTRACT.service
    chassis: Any = Chassis(contract.CONTRACT, Settings)

    @operation(contract.SUBMIT_REPORT, present=with_tracking_code)
    def submit_report(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Take a report in."""
        return commands.submit_report(work, body, self._city)

    @operation(contract.GET_REPORT)
    def get_report(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read one report."""
        return commands.get_report(work, body, self._city)

    @operation(contract.LIST_REPORTS)
    def list_reports(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Read a page of reports."""
        return commands.list_reports(work, body, self._city)

    @operation(contract.TRACK_REPORT)
    def track_report(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Follow a guest's report."""
        secret = self.chassis.settings.tracking_secret
        return commands.track_report(work, body, self._city, secret)

    @property
    def _city(self) -> Catalogue:
        return catalogue(self.chassis.settings.city_pack)
