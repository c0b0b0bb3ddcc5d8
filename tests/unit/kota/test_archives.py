"""Files and secrets, out and in again."""

from __future__ import annotations

import io
import tarfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from infra.kota.backup import archives, sealing
from infra.vault.vault import Vault
from services.chassis.files import FileStore, open_store


def state(folder: Path) -> Vault:
    vault = Vault(folder)
    for name in (
        "tracking",
        "database_reports_app",
        "rabbitmq",
        "amqp_reports",
        "postgres",
        "grafana",
    ):
        vault.password(name)
    vault.key("audit_jwks.json").parent.mkdir(parents=True)
    vault.key("audit_jwks.json").write_text("{}")
    vault.logins.write_text("[]")
    return vault


def carried(write: Any, read: Any) -> Any:
    return sealing.read_from(write, read)


def test_secrets_of_the_data_not_of_the_machine(tmp_path: Path) -> None:
    here, there = state(tmp_path / "a"), Vault(tmp_path / "b")
    there.password("database_reports_app")
    own = there.secret("database_reports_app").read_text()
    count = carried(
        lambda out: archives.write_secrets(here.folder, here.logins, out),
        lambda source: archives.read_secrets(there.folder, source),
    )
    assert count == 3
    assert there.password("tracking") == here.password("tracking")
    assert there.secret("tracking").stat().st_mode & 0o077 == 0
    assert there.secret("database_reports_app").read_text() == own
    assert {one.name for one in there.folder.rglob("*") if one.is_file()} == {
        "tracking", "database_reports_app", "audit_jwks.json", "logins.json",
    }  # fmt: skip


def test_the_accounts_may_stand_elsewhere(tmp_path: Path) -> None:
    here, there = Vault(tmp_path / "a"), Vault(tmp_path / "b")
    here.password("tracking")
    (tmp_path / "accounts.json").write_text('["one"]')
    for logins, wanted in (("accounts.json", 2), ("nowhere.json", 1)):
        assert wanted == carried(
            partial(archives.write_secrets, here.folder, tmp_path / logins),
            partial(archives.read_secrets, there.folder),
        )
    assert there.logins.read_text() == '["one"]'


def test_files(tmp_path: Path) -> None:
    here, there = (open_store((tmp_path / name).as_uri()) for name in "ab")
    contents = {f"photos/2026060103/{n:02x}.jpg": bytes([n]) * n * 40_000 for n in range(5)}
    for key, content in contents.items():
        file = tmp_path / "one"
        file.write_bytes(content)
        here.put(key, file, "image/jpeg")
    (tmp_path / "a/photos/2026060103/.unfinished-x").touch()
    count = carried(
        lambda out: archives.write_files(here, out, lambda: None),
        lambda source: archives.read_files(there, source, lambda: None),
    )
    assert count == 5
    assert {key: content_of(there, key) for key in there.keys("photos")} == contents


def content_of(store: FileStore, key: str) -> bytes:
    stored = store.open(key)
    try:
        return b"".join(stored.chunks)
    finally:
        stored.close()


@pytest.mark.parametrize(
    "name", ["../secrets/x", "/etc/x", "secrets/../../x", "secrets/a/b", "port", "elsewhere/x"]
)
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    out.seek(0)
    with pytest.raises(tarfile.TarError):
        archives.read_secrets(tmp_path / "state", out)
    assert not (tmp_path / "state").exists()
