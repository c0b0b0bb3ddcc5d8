"""Restoring a backup: everything is checked before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from infra.kota.backup import archives, postgres, sealing
from infra.kota.backup.making import FILES, SECRETS
from infra.kota.backup.manifest import Manifest, Part
from infra.kota.broker import Broker
from infra.kota.contracts import all_contracts
from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.operator import OPERATOR
from services.chassis import audit, schema_version
from services.chassis.call import Call
from services.chassis.database import Params
from services.chassis.files import open_store
from services.notify import recovery_repository as notify_recovery
from services.registry import recovery_repository as registry_recovery
from services.reports import recovery_repository as reports_recovery

_TABLES = """
SELECT count(*) AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"""
_OTHERS = """
SELECT DISTINCT usename FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL"""
_AFTER: Mapping[str, Callable[[float], tuple[str, Params]]] = {
    "notify": notify_recovery.after_restore,
    "registry": registry_recovery.after_restore,
    "reports": reports_recovery.after_restore,
}

Told = Callable[[str], None]


class Refused(Exception):
    """Nothing was changed; the message says why, and what would be right."""


@dataclass(frozen=True)
class Source:
    """A backup with the private keys that open it."""

    folder: Path
    manifest: Manifest
    keys: list[Any]

    def check(self, part: Part) -> None:
        """Read a part from end to end. Raises Refused if one byte of it is not as it was."""
        self._copy(part, sealing.Nowhere())

    def copy(self, part: Part, target: sealing.Writable) -> None:
        """Write a part's content. Raises Refused, perhaps when some of it is written already."""
        self._copy(part, target)

    def _copy(self, part: Part, target: sealing.Writable) -> None:
        try:
            plain, stored = sealing.decrypt(self.folder / part.file, target, self.keys)
        except FileNotFoundError:
            raise Refused(f"{part.file} is not there") from None
        except sealing.Broken as problem:
            raise Refused(f"{part.file} is broken: {problem}") from None
        if (plain.size, plain.sha256) != (part.plain_size, part.plain_sha256):
            raise Refused(f"{part.file} does not hold what the manifest says")
        if (stored.size, stored.sha256) != (part.size, part.sha256):
            raise Refused(f"{part.file} is not the file that the manifest names")


def check(source: Source, names: list[str], told: Told) -> None:
    """Read the named parts from end to end. Raises Refused."""
    for name in names:
        told(f"checking {name}")
        source.check(_part(source, name))


def check_target(services: list[str], manifest: Manifest, *, replace: bool) -> None:
    """Whether these databases may be filled. Raises Refused, DatabaseAway."""
    for service in services:
        with session(service, owner=True) as opened:
            others = [row["usename"] for row in opened.execute(_OTHERS)]
            is_empty = opened.execute(_TABLES)[0]["tables"] == 0
        if others:
            raise Refused(
                f"{', '.join(others)} is connected to the database of {service}; stop the services"
                " (natively: make servers)"
            )
        if not is_empty and not replace:
            raise Refused(
                f"the database of {service} is not empty; to throw away what is in it: --replace"
            )
        _check_version(service, manifest)


def _check_version(service: str, manifest: Manifest) -> None:
    part = manifest.part(service)
    for line, name in (part.migrations if part else {}).items():
        if name not in schema_version.known(line):
            raise Refused(
                f"the backup's database of {service} has the migration {name}, which this version"
                " does not know; restore with the version that made the backup, or a newer one"
            )


def restore_database(source: Source, service: str) -> None:
    """Fill one database, in one transaction. Raises Refused, ToolFailed; then it is as it was."""
    write = partial(_write, source, _part(source, service))
    lost = datetime.now(UTC) - source.manifest.moment
    statements = [_audited(source.manifest)]
    if service in _AFTER:
        statements.append(_AFTER[service](max(lost.total_seconds(), 0.0)))
    with session(service, owner=True) as opened:
        last = ";\n".join(opened.render(*statement) for statement in statements)
    postgres.load(Deployment().owner_url(service), write, last)


def restore_files(source: Source, told: Callable[[], None]) -> int:
    """Put all files into the store; how many. Raises Refused, FilesAway."""
    store = open_store(Deployment().files_url)
    write = partial(_write, source, _part(source, FILES))
    return int(sealing.read_from(write, lambda plain: archives.read_files(store, plain, told)))


def restore_secrets(source: Source) -> int:
    """Put secrets and keys into the vault; how many. Raises Refused."""
    write = partial(_write, source, _part(source, SECRETS))
    vault = Deployment().vault
    return int(sealing.read_from(write, lambda plain: archives.read_secrets(vault, plain)))


def forget_events() -> int:
    """Empty all event queues: what they hold came after the backup. How many; Unreachable."""
    queues = [one.queue for contract in all_contracts() for one in contract.subscriptions]
    broker = Broker(Deployment().amqp_url)
    there = [look.name for look in broker.look(queues) if look.messages is not None]
    return broker.purge(there)


def all_parts() -> list[str]:
    """Everything that a backup holds, in the order in which it is restored."""
    return [*SERVICES, FILES, SECRETS]


def _write(source: Source, part: Part, out: IO[bytes]) -> None:
    source.copy(part, out)


def _part(source: Source, name: str) -> Part:
    found = source.manifest.part(name)
    if found is None:
        raise Refused(f"the backup holds no {name}")
    return found


def _audited(manifest: Manifest) -> tuple[str, Params]:
    call, subject = Call(OPERATOR), f"backup:{manifest.id}"
    return audit.insert(call, "database.restored", subject, "operation", datetime.now(UTC))
