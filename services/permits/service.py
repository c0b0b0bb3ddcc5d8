"""The permits service: entrypoints only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.chassis.city import load_city
from services.chassis.runtime import Chassis, ChassisService, operation
from services.chassis.unit_of_work import UnitOfWork
from services.permits import contract, queries
from services.permits.city import PermitTypes, load_permit_types
from services.permits.settings import Settings


def permit_types(city_pack: Path) -> PermitTypes:
    """The city pack's permit types."""
    return load_permit_types(city_pack, load_city(city_pack))


class PermitsService(ChassisService):
    """What permits there are and what they need."""

    name = contract.CONTRACT.service
    chassis: Any = Chassis(
        contract.CONTRACT, Settings, permit_types, build=lambda _settings, city: queries.shown(city)
    )

    @operation(contract.LIST_PERMIT_TYPES)
    def list_permit_types(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """All permit types."""
        return queries.list_permit_types(self.chassis.own, work.call.language)

    @operation(contract.GET_PERMIT_TYPE)
    def get_permit_type(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """One permit type."""
        return queries.get_permit_type(self.chassis.own, body["code"], work.call.language)
