"""What agencies' staff asks of reports besides acting on one."""

from __future__ import annotations

from services.chassis.contract import Kind, Operation
from services.chassis.errors import IdempotencyKeyReused, Invalid, Malformed, NotFound
from services.chassis.principal import AGENCY_STAFF, LEADERS, OVERSEERS, STAFF
from services.chassis.text import Text
from services.reports.work_schemas import (
    AskOverview,
    AssignMany,
    Job,
    JobId,
    ListResponses,
    ListWork,
    Overview,
    ResponseList,
    WorkList,
)

LIST_WORK = Operation(
    "list_work",
    ListWork,
    WorkList,
    Text("What an agency has to do, the most urgent first", id="Daftar kerja instansi"),
    access=STAFF,
    errors=(Malformed, NotFound),
)
WORK_OVERVIEW = Operation(
    "work_overview",
    AskOverview,
    Overview,
    Text("How an agency stands", id="Ringkasan kerja instansi"),
    access=LEADERS | OVERSEERS,
    errors=(NotFound,),
)
ASSIGN_MANY = Operation(
    "assign_many",
    AssignMany,
    Job,
    Text("Assign many reports", id="Tugaskan banyak laporan"),
    Kind.COMMAND,
    access=AGENCY_STAFF,
    errors=(Invalid, IdempotencyKeyReused),
)
GET_JOB = Operation(
    "get_job",
    JobId,
    Job,
    Text("How far it is", id="Kemajuan penugasan"),
    access=AGENCY_STAFF,
    errors=(NotFound,),
)

LIST_RESPONSES = Operation(
    "list_responses",
    ListResponses,
    ResponseList,
    Text("Words to begin an answer with", id="Templat tanggapan"),
    access=STAFF,
)

WORK_OPERATIONS = (LIST_RESPONSES, LIST_WORK, WORK_OVERVIEW, ASSIGN_MANY, GET_JOB)
