"""Which reports were merged into one."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.errors import Malformed, NotFound
from services.chassis.text import Text
from services.reports.schemas import ReportId, ReportList


class ListDuplicates(ReportId):
    """Of which report."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)


LIST_DUPLICATES = Operation(
    "list_duplicates",
    ListDuplicates,
    ReportList,
    Text("Reports that are duplicates of this one", id="Duplikat laporan ini"),
    errors=(Malformed, NotFound),
)
