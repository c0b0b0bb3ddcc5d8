"""What can be done with the keys of apps: make, revoke, limit; and let an app in by its key."""

from __future__ import annotations

from typing import Any

from joserfc.jwk import OKPKey

from services.chassis import tokens
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.principal import Principal, Role, app_subject
from services.chassis.unit_of_work import UnitOfWork
from services.registry.api_key_contract import RefusedKey
from services.registry.identity import api_key_repository as repository
from services.registry.identity import domain

_PURPOSE = "administration"


def create(work: UnitOfWork, body: dict[str, Any]) -> tuple[Row, str]:
    """(the new key's row, the key itself): it is shown now and never again.

    An app may have several, so that one can take over from another: `jalan-kita.2` after
    `jalan-kita.1`. Committing raises Conflict if somebody makes one for the app at this moment.
    """
    key = domain.new_api_key()
    row = body | {
        "id": f"{body['name']}.{repository.made(work, body['name']) + 1}",
        "created_at": work.clock.now(),
        "revoked_at": None,
        "last_used_on": None,
    }
    repository.insert(work, row | {"digest": domain.digest_of(key)})
    work.audit("api_key.created", row["id"], purpose=_PURPOSE)
    return row, key


def revoke(work: UnitOfWork, key_id: str) -> Row:
    """It works no more; gateways that know it forget it within seconds. Again changes nothing.

    Raises NotFound.
    """
    row = _locked(work, key_id)
    if row["revoked_at"] is not None:
        return row
    row |= {"revoked_at": work.clock.now()}
    repository.revoke(work, row)
    work.audit("api_key.revoked", key_id, purpose=_PURPOSE)
    return row


def set_limit(work: UnitOfWork, key_id: str, per_minute: int) -> Row:
    """How many reports it may send in a minute. Raises NotFound."""
    row = _locked(work, key_id) | {"per_minute": per_minute}
    repository.set_limit(work, row)
    work.audit("api_key.limited", key_id, purpose=_PURPOSE)
    return row


def open_app(work: UnitOfWork, body: dict[str, Any], signing_key: OKPKey) -> dict[str, Any]:
    """Whose key it is, and a token of a minute that names the app. Raises RefusedKey."""
    row = repository.by_digest(work, domain.digest_of(body["key"]))
    if row is None or row["revoked_at"] is not None:
        raise RefusedKey()
    today = work.clock.now().date()
    if row["last_used_on"] != today:
        repository.remember_use(work, row["id"], today)
    principal = Principal(app_subject(row["id"]), Role.APP)
    token = tokens.issue(principal, signing_key, work.clock, domain.APP_LIFETIME)
    return {"id": row["id"], "per_minute": row["per_minute"], "access_token": token}


def _locked(work: UnitOfWork, key_id: str) -> Row:
    row = repository.locked(work, key_id)
    if row is None:
        raise NotFound()
    return row
