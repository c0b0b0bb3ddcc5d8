"""Which command answers which operation of incidents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.contract import Operation
from services.reports.incidents import casework, cifs, history, reading, votes
from services.reports.incidents.cifs_contract import CIFS_INCIDENTS
from services.reports.incidents.contract import (
    GET_INCIDENT,
    LIST_INCIDENTS,
    MERGE_INCIDENT,
    SPLIT_INCIDENT,
    VOTE_INCIDENT,
)
from services.reports.incidents.history_contract import CORRIDORS, LIST_HISTORY

INCIDENT_COMMANDS: Mapping[Operation, Callable[..., dict[str, Any]]] = {
    LIST_INCIDENTS: reading.list_incidents,
    GET_INCIDENT: reading.get_incident,
    VOTE_INCIDENT: votes.vote_incident,
    MERGE_INCIDENT: casework.merge_incident,
    SPLIT_INCIDENT: casework.split_incident,
    LIST_HISTORY: history.list_incident_history,
    CORRIDORS: history.worst_corridors,
    CIFS_INCIDENTS: cifs.cifs_incidents,
}
