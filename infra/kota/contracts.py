"""The contracts of all services, as they run."""

from __future__ import annotations

from services.chassis.chassis_contract import complete
from services.chassis.contract import Contract
from services.notify.contract import CONTRACT as NOTIFY
from services.permits.contract import CONTRACT as PERMITS
from services.registry.contract import CONTRACT as REGISTRY
from services.reports.contract import CONTRACT as REPORTS


def all_contracts() -> tuple[Contract, ...]:
    """Every service's contract, with what the chassis adds."""
    return tuple(complete(contract) for contract in (REGISTRY, REPORTS, NOTIFY, PERMITS))
