"""Who the operator is in the audit."""

from __future__ import annotations

from services.chassis.principal import Principal, Role

OPERATOR = Principal("operator", Role.SYSTEM)
