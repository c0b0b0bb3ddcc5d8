"""Which command answers which operation, of all that need nothing but the city."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.contract import Operation
from services.reports import (
    categories,
    city_now,
    commands,
    contract,
    following,
    forgetting,
    maps,
    merging,
    nearby,
    open_data,
    part_reading,
    places,
    requests,
    statistics,
    work,
)
from services.reports.abuse import blocks
from services.reports.abuse.contract import LIFT_BLOCK, LIST_BLOCKS, LIST_SUSPECTED
from services.reports.city_now_contract import CITY_NOW
from services.reports.collections.contract import LIST_COLLECTIONS
from services.reports.collections.reading import list_collections
from services.reports.incidents.serving import INCIDENT_COMMANDS
from services.reports.open_data_contract import OPEN_DATA, OPEN_DATA_FILE
from services.reports.place_contract import PLACE_TO_FOLLOW
from services.reports.sites.commands import SITE_COMMANDS
from services.reports.statistics_contract import CLUSTERS, HEAT, STATISTICS
from services.reports.work_contract import LIST_RESPONSES, LIST_WORK, WORK_OVERVIEW

PLAIN: Mapping[Operation, Callable[..., dict[str, Any]]] = {
    contract.GET_REPORT: commands.get_report,
    contract.LIST_REPORTS: commands.list_reports,
    STATISTICS: statistics.report_statistics,
    HEAT: maps.report_heat,
    CLUSTERS: maps.report_clusters,
    CITY_NOW: city_now.city_now,
    OPEN_DATA: open_data.open_data,
    OPEN_DATA_FILE: open_data.open_data_file,
    contract.GET_CATEGORY: categories.get_category,
    contract.FIND_REPORTS: requests.find_reports,
    contract.FIND_NEARBY: nearby.find_nearby,
    contract.LIST_DUPLICATES: merging.list_duplicates,
    contract.LIST_PARTS: part_reading.list_parts,
    contract.FORGET_REPORTER: forgetting.forget_reporter,
    contract.SUPPORT: following.support,
    contract.FOLLOW: following.follow,
    LIST_RESPONSES: work.list_responses,
    LIST_WORK: work.list_work,
    WORK_OVERVIEW: work.overview,
    LIFT_BLOCK: blocks.lift_block,
    LIST_BLOCKS: blocks.list_blocks,
    LIST_SUSPECTED: work.list_suspected,
    LIST_COLLECTIONS: list_collections,
    PLACE_TO_FOLLOW: places.place_to_follow,
    **INCIDENT_COMMANDS,
    **SITE_COMMANDS,
}
