"""What every service offers and hears besides its own contract."""

from __future__ import annotations

from dataclasses import replace

from services.chassis import fields
from services.chassis.contract import Contract, EventType, Operation, Subscription
from services.chassis.text import Text


class Readiness(fields.Schema):
    """Whether a process can do its work, and the outcome of each check: `ok` or the reason."""

    ready = fields.Boolean(required=True)
    checks = fields.Attributes(required=True)


class SealMade(fields.Schema):
    """The newest audit seal of a service."""

    service = fields.String(required=True, min=1, max=40)
    sequence = fields.Integer(min=1, max=2**62, required=True)
    digest = fields.String(required=True, min=64, max=64)


READINESS = Operation(
    name="readiness",
    request=fields.Nothing,
    response=Readiness,
    summary=Text("Whether this service can do its work", id="Apakah layanan ini siap bekerja"),
)

# One exchange for all, so that each service hears of every other without knowing its name.
SEAL_MADE = EventType(
    source="audit",
    name="seal.made",
    data=SealMade,
    consumers=("*",),
    by_subject=True,
    summary=Text(
        "A service sealed its audit; the others keep the head as witnesses",
        id="Sebuah layanan menyegel jejak auditnya; layanan lain menyimpan segelnya sebagai saksi",
    ),
)


def witness(service: str) -> Subscription:
    """The subscription by which `service` witnesses the seals of the others."""
    return Subscription(
        service=service,
        handler="witness_seal",
        events=(SEAL_MADE,),
        ordered=False,
        summary=Text("Keep the audit seals of others", id="Menyimpan segel audit layanan lain"),
    )


def complete(contract: Contract) -> Contract:
    """A service's contract together with what the chassis adds to it."""
    return replace(
        contract,
        operations=(*contract.operations, READINESS),
        subscriptions=(*contract.subscriptions, witness(contract.service)),
    )
