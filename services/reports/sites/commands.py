"""Which function does what is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.contract import Operation
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.sites import actions, contract, reading

SITE_COMMANDS: Mapping[Operation, Callable[[UnitOfWork, dict[str, Any], Catalogue], Any]] = {
    contract.LIST_SITES: reading.list_sites,
    contract.GET_SITE: reading.get_site,
    contract.SITE_REPORTS: reading.site_reports,
    contract.SITE_PHOTOS: reading.site_photos,
    contract.BEGIN_SITE: actions.begin_site,
    contract.CLEAN_SITE: actions.clean_site,
    contract.ENFORCE_SITE: actions.enforce_site,
    contract.CLOSE_SITE: actions.close_site,
    contract.MERGE_SITE: actions.merge_site,
    contract.MOVE_SITE_REPORT: actions.move_site_report,
}
