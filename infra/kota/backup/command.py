"""`kota backup`: make, list and verify backups; make keys."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.kota.backup import making, manifest, restoring, sealing, signing
from infra.kota.backup.making import AtWork, NoSecrets, Target
from infra.kota.backup.manifest import Manifest, Unusable
from infra.kota.backup.moment import CannotHold
from infra.kota.backup.postgres import ToolFailed
from infra.kota.deployment import Deployment
from infra.kota.output import AS_JSON, age, fail, print_json, progress, show, size
from services.chassis.errors import DomainError

app = typer.Typer(help="Backups of everything, encrypted.", invoke_without_command=True)

Folder = Annotated[
    Path | None, typer.Option("--in", help="where backups are kept; default: $BACKUP_FOLDER")
]
Identity = Annotated[
    Path, typer.Option("--identity", "-i", help="the file of the private key; - for stdin")
]
SignedBy = Annotated[
    list[str] | None,
    typer.Option("--signed-by", help="the fingerprint of who made it; default: this deployment"),
]
Unsigned = Annotated[
    bool, typer.Option("--unsigned", help="trust whoever could write into the folder")
]
STDIO = "-"
_COLUMNS = {"id": "backup", "at": "data from", "age": "age", "size": "size", "state": "state"}


@app.callback()
def backup(
    context: typer.Context,
    folder: Folder = None,
    keep: int = typer.Option(0, min=0, help="then delete all but the newest so many; 0: none"),
    as_json: bool = AS_JSON,
) -> None:
    """Back up databases, files and secrets, encrypted for $BACKUP_RECIPIENTS."""
    if context.invoked_subcommand is not None:
        return
    here = Deployment()
    target = Target(folder_of(folder), _recipients(here))
    try:
        with progress() as bar:
            task = bar.add_task("backup", total=None)
            made = making.make(here, target, lambda words: bar.update(task, description=words))
    except (AtWork, NoSecrets, CannotHold, ToolFailed, OSError) as problem:
        fail(f"no backup was made: {problem}")
    except DomainError as problem:
        fail(f"no backup was made: {problem.title}")
    gone = manifest.forget_old(target.folder, keep) if keep else []
    _tell_of(made, gone, as_json)


@app.command("list")
def list_(folder: Folder = None, as_json: bool = AS_JSON) -> None:
    """The finished backups, the oldest first; exit 1 if there is none."""
    where = folder_of(folder)
    try:
        rows = [_row(one) for one in manifest.all_in(where)]
    except Unusable as problem:
        fail(str(problem))
    show(rows, _COLUMNS, as_json=as_json, empty=f"there is no backup in {where}")
    raise typer.Exit(0 if rows else 1)


@app.command()
def verify(
    identity: Identity,
    backup_id: str = typer.Argument(None, help="default: the newest"),
    folder: Folder = None,
    signed_by: SignedBy = None,
    unsigned: Unsigned = False,
) -> None:
    """Check who made a backup, decrypt it from end to end, compare it; nothing is written."""
    source = opened(folder, backup_id, identity)
    check_origin(source, signed_by, unsigned=unsigned)
    try:
        with progress() as bar:
            task = bar.add_task("verify", total=None)
            names = [part.name for part in source.manifest.parts]
            restoring.check(source, names, lambda words: bar.update(task, description=words))
    except restoring.Refused as problem:
        fail(f"the backup {source.manifest.id} is not whole: {problem}")
    typer.echo(f"the backup {source.manifest.id} is whole, {size(source.manifest.size)}")


@app.command()
def keygen(
    file: Path = typer.Argument(
        help="a new file for the private key, not on the server; - for stdout"
    ),
) -> None:
    """Make a key pair: the private key goes into FILE, the public key is printed."""
    private, public = sealing.new_key()
    if str(file) == STDIO:
        typer.echo(private, nl=False)
        typer.echo(public, err=True)
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        fail(f"{file} is there already; a key that is replaced opens no older backup")
    with os.fdopen(descriptor, "w") as out:
        out.write(private)
    typer.echo(public)


@app.command()
def signer() -> None:
    """The fingerprint of the key that signs this deployment's backups; keep it elsewhere."""
    try:
        typer.echo(making.signer_of(Deployment()).fingerprint)
    except NoSecrets as problem:
        fail(str(problem), 2)


def check_origin(source: restoring.Source, signed_by: list[str] | None, *, unsigned: bool) -> None:
    """Whether the backup was made by whom the operator trusts. Ends the command if not."""
    trusted = signed_by or signing.known(Deployment().vault)
    try:
        manifest.check_origin(source.folder, source.manifest, trusted)
    except signing.NotTrusted as problem:
        words = f"the backup {source.folder.name} is not to be trusted: {problem}"
        if not unsigned:
            fail(
                f"nothing was changed: {words}; if you know it to be yours:"
                " --signed-by FINGERPRINT (kota backup signer), or --unsigned"
            )
        typer.echo(f"{words}; used all the same (--unsigned)", err=True)


def folder_of(given: Path | None) -> Path:
    """Where backups are kept. Ends the command if nobody said where."""
    found = given or Deployment().setting("BACKUP_FOLDER")
    if not found:
        fail("say where backups are kept: set BACKUP_FOLDER or give --in", 2)
    return Path(found)


def opened(folder: Path | None, backup_id: str | None, identity: Path) -> restoring.Source:
    """A backup with its keys. Ends the command if there is no such, or the key is none."""
    where = folder_of(folder)
    try:
        newest = backup_id or next(reversed([one.id for one in manifest.all_in(where)]), None)
        if newest is None:
            fail(f"there is no backup in {where}")
        keys = sealing.identities(_text(identity))
        return restoring.Source(where / newest, manifest.read(where / newest), keys)
    except FileNotFoundError:
        fail(f"{identity} is not there; containers see none of your files: -i - < {identity}", 2)
    except (Unusable, ValueError, OSError) as problem:
        fail(str(problem), 2)


def _text(file: Path) -> str:
    return typer.get_text_stream("stdin").read() if str(file) == STDIO else file.read_text()


def _recipients(here: Deployment) -> list[Any]:
    try:
        return sealing.recipients(here.setting("BACKUP_RECIPIENTS") or "")
    except ValueError as problem:
        fail(f"BACKUP_RECIPIENTS: {problem}", 2)


def _tell_of(made: Manifest, gone: list[str], as_json: bool) -> None:
    if as_json:
        print_json(_row(made) | {"deleted": gone})
        return
    typer.echo(f"backup {made.id}, {size(made.size)}")
    for what in made.on_their_way:
        typer.echo(f"events were on their way and are not in it: {what}", err=True)
    for name in gone:
        typer.echo(f"deleted {name}")


def _row(one: Manifest) -> dict[str, Any]:
    seconds = (datetime.now(UTC) - one.moment).total_seconds()
    state = "events on their way" if one.on_their_way else "whole"
    parts = {part.name: part.size for part in one.parts}
    return {
        "id": one.id,
        "at": one.at,
        "age": age(seconds),
        "age_seconds": seconds,
        "size": size(one.size),
        "bytes": one.size,
        "state": state,
        "on_their_way": one.on_their_way,
        "recipients": one.recipients,
        "parts": parts,
    }
