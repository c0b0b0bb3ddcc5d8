"""Making a backup."""

from __future__ import annotations

import fcntl
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from infra.kota.backup import archives, manifest, postgres, sealing
from infra.kota.backup.manifest import Manifest, Part
from infra.kota.backup.moment import Moment, one_moment
from infra.kota.backup.signing import Signer
from infra.kota.broker import Broker
from infra.kota.contracts import all_contracts
from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.vault.needs import NEEDS
from services.chassis import schema_version
from services.chassis.files import open_store
from services.chassis.version import VERSION

FILES = "files"
SECRETS = "secrets"

Told = Callable[[str], None]


class AtWork(Exception):
    """Another backup is being made into this folder."""


class NoSecrets(Exception):
    """Without them tracking codes, logins and seals would not survive."""


@dataclass(frozen=True)
class Target:
    """Where a backup goes, and for whom. recipients: public keys."""

    folder: Path
    recipients: list[Any]


def make(here: Deployment, target: Target, told: Told) -> Manifest:
    """Back up every database, all files, and the secrets; a finished backup or none.

    told: is told what is being done. Raises AtWork, NoSecrets, CannotHold, ToolFailed, FilesAway,
    OSError.
    """
    _check_secrets(here)
    signer = signer_of(here)
    with _alone(target.folder):
        for left in manifest.unfinished_in(target.folder):
            manifest.abandon(left)
        urls = {name: here.owner_url(name) for name in SERVICES}
        told("waiting for one moment of all databases")
        with one_moment(urls, Broker(here.amqp_url), _queues()) as moment:
            unfinished = manifest.begin(target.folder, manifest.new_id(moment.at))
            try:
                parts = list(_parts(here, unfinished, target, moment, told))
                made = _manifest(moment, target, parts)
                manifest.finish(unfinished, made, signer.sign)
            except BaseException:
                manifest.abandon(unfinished)
                raise
    return made


def signer_of(here: Deployment) -> Signer:
    """Who signs this deployment's backups. Raises NoSecrets."""
    try:
        return Signer(here.vault)
    except (OSError, ValueError) as problem:
        raise NoSecrets(
            f"{here.vault} has no key that signs backups ({problem}); name the vault with"
            " KOTA_VAULT; a stack of an older version gets its key by: make up"
        ) from None


def _check_secrets(here: Deployment) -> None:
    wanted = [
        name
        for needs in NEEDS.values()
        for name in (*needs.passwords.values(), *needs.keys.values())
    ]
    missing = [name for name in wanted if not (here.vault / "secrets" / name).is_file()]
    if missing:
        raise NoSecrets(f"{here.vault} has no secrets/{missing[0]}; name the vault with KOTA_VAULT")


def _parts(
    here: Deployment, folder: Path, target: Target, moment: Moment, told: Told
) -> Iterator[Part]:
    for service in SERVICES:
        told(f"the database of {service}")
        with postgres.dumped(here.owner_url(service), moment.snapshots[service]) as dump:
            yield _part(folder, service, f"{service}.dump.age", dump, target)
    told("files")
    store = open_store(here.files_url)
    yield _archive(folder, FILES, target, lambda out: archives.write_files(store, out, _nothing))
    told("secrets")
    write = partial(archives.write_secrets, here.vault, here.logins)
    yield _archive(folder, SECRETS, target, write)


def _archive(folder: Path, name: str, target: Target, write: Callable[[IO[bytes]], Any]) -> Part:
    part: Part = sealing.read_from(
        write, lambda source: _part(folder, name, f"{name}.tar.age", source, target)
    )
    return part


def _part(folder: Path, name: str, file: str, plain: IO[bytes], target: Target) -> Part:
    content, stored = sealing.encrypt(plain, folder / file, target.recipients)
    migrations = _heads(name) if name in SERVICES else {}
    return Part(
        name, file, stored.size, stored.sha256, content.size, content.sha256, migrations
    )  # fmt: skip


def _heads(service: str) -> dict[str, str]:
    with session(service, owner=True) as opened:
        found = {line: schema_version.applied(line, opened) for line in ("chassis", service)}
    return {line: heads[0] for line, heads in found.items() if heads}


def _manifest(moment: Moment, target: Target, parts: list[Part]) -> Manifest:
    return Manifest(
        id=manifest.new_id(moment.at),
        at=moment.at.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        versions={
            "kota": VERSION,
            "pg_dump": postgres.version(),
            "python": platform.python_version(),
        },
        recipients=[str(one) for one in target.recipients],
        on_their_way=moment.on_their_way,
        parts=parts,
    )


def _queues() -> list[str]:
    return [one.queue for contract in all_contracts() for one in contract.subscriptions]


def _nothing() -> None:
    return None


def _alone(folder: Path) -> AbstractContextManager[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} must belong to user {os.geteuid()}, who makes the backup")
    return _locked(folder / ".lock")


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AtWork(f"another backup is being made into {file.parent}") from None
        yield
