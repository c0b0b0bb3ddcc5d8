"""What is offered of incidents, and what is told of them."""

from __future__ import annotations

from services.chassis.contract import EventType, Kind, Operation
from services.chassis.errors import (
    Conflict,
    IdempotencyKeyReused,
    Invalid,
    Malformed,
    NotFound,
    StaleVersion,
)
from services.chassis.principal import AGENCY_STAFF, Role
from services.chassis.text import Text
from services.reports.incidents.schemas import (
    Incident,
    IncidentChanged,
    IncidentFeatures,
    IncidentId,
    ListIncidents,
    MergeIncident,
    SplitIncident,
    Vote,
)

_OFFICERS = AGENCY_STAFF | {Role.ADMIN}
LIST_INCIDENTS = Operation(
    "list_incidents",
    ListIncidents,
    IncidentFeatures,
    Text("Traffic incidents of now, for a map", id="Gangguan lalu lintas saat ini"),
    errors=(Malformed, Invalid),
)
GET_INCIDENT = Operation(
    "get_incident",
    IncidentId,
    Incident,
    Text("One incident, with its reports", id="Satu gangguan beserta laporannya"),
    errors=(NotFound,),
)
VOTE_INCIDENT = Operation(
    "vote_incident",
    Vote,
    Incident,
    Text("Say whether it is still there", id="Katakan apakah gangguan masih ada"),
    Kind.COMMAND,
    errors=(NotFound, Conflict, Invalid, IdempotencyKeyReused),
)
_ERRORS = (NotFound, Conflict, StaleVersion, Invalid, IdempotencyKeyReused)
MERGE_INCIDENT = Operation(
    "merge_incident",
    MergeIncident,
    Incident,
    Text("Make one incident of two", id="Gabungkan dua gangguan"),
    Kind.COMMAND,
    access=_OFFICERS,
    errors=_ERRORS,
)
SPLIT_INCIDENT = Operation(
    "split_incident",
    SplitIncident,
    Incident,
    Text("Make some reports an incident of their own", id="Pisahkan laporan dari gangguan"),
    Kind.COMMAND,
    access=_OFFICERS,
    errors=_ERRORS,
)
INCIDENT_OPERATIONS = (
    LIST_INCIDENTS,
    GET_INCIDENT,
    VOTE_INCIDENT,
    MERGE_INCIDENT,
    SPLIT_INCIDENT,
)


def _event(past: str, told: Text) -> EventType:
    return EventType("reports", f"incident.{past}", IncidentChanged, told, consumers=("notify",))


INCIDENT_OPENED = _event("opened", Text("An incident began", id="Gangguan dimulai"))
INCIDENT_CHANGED = _event("changed", Text("An incident changed", id="Gangguan berubah"))
INCIDENT_ENDED = _event("ended", Text("An incident is over", id="Gangguan berakhir"))
INCIDENT_EVENTS = (INCIDENT_OPENED, INCIDENT_CHANGED, INCIDENT_ENDED)
