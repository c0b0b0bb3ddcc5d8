"""A backup is trusted for who made it, not for where it lies."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.kota.backup import manifest, signing
from infra.kota.backup.manifest import Manifest
from infra.kota.backup.signing import NotTrusted, Signer
from infra.vault import identity
from infra.vault.vault import Vault

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return made_vault(tmp_path / "vault")


@pytest.fixture
def backup(vault: Path, tmp_path: Path) -> Path:
    name = manifest.new_id(AT)
    written = Manifest(name, AT.isoformat(), AT.isoformat(), {}, ["age1x"], [], [])
    return manifest.finish(manifest.begin(tmp_path, name), written, Signer(vault).sign)


def made_vault(folder: Path) -> Path:
    identity.make_keys(Vault(folder))
    return folder


def check(backup: Path, trusted: list[str]) -> None:
    manifest.check_origin(backup, manifest.read(backup), trusted)


def test_the_deployment_knows_its_own(vault: Path, backup: Path) -> None:
    assert signing.known(vault) == [Signer(vault).fingerprint]
    check(backup, signing.known(vault))
    check(backup, ["somebody", Signer(vault).fingerprint])


def test_one_changed_byte_of_the_manifest(vault: Path, backup: Path) -> None:
    file = backup / "manifest.json"
    original = file.read_bytes()
    for position, byte in enumerate(original):
        if chr(byte).isdigit():
            file.write_bytes(
                original[:position]
                + (b"8" if byte == ord("7") else b"7")
                + original[position + 1 :]
            )
            with pytest.raises((NotTrusted, manifest.Unusable)):
                check(backup, signing.known(vault))
    file.write_bytes(original)
    check(backup, signing.known(vault))


def test_who_only_knows_the_recipient_cannot_make_one(
    vault: Path, backup: Path, tmp_path: Path
) -> None:
    forger = Signer(made_vault(tmp_path / "another"))
    content = (backup / "manifest.json").read_bytes()
    (backup / signing.FILE).write_text(forger.sign(content))
    with pytest.raises(NotTrusted, match=f"signed by {forger.fingerprint}, and not by"):
        check(backup, signing.known(vault))
    (backup / signing.FILE).unlink()
    with pytest.raises(NotTrusted, match="not signed"):
        check(backup, signing.known(vault))


def test_an_older_one_under_a_newer_name(vault: Path, backup: Path) -> None:
    renamed = backup.with_name("20260701T000000Z")
    shutil.copytree(backup, renamed)
    with pytest.raises(NotTrusted, match=f"the backup {backup.name} under another name"):
        check(renamed, signing.known(vault))


def test_what_was_read_is_what_was_signed(vault: Path, backup: Path) -> None:
    other = replace(manifest.read(backup), recipients=[])
    with pytest.raises(NotTrusted, match="being changed"):
        manifest.check_origin(backup, other, signing.known(vault))


def test_a_machine_that_knows_no_key_trusts_nobody(backup: Path, tmp_path: Path) -> None:
    assert signing.known(tmp_path / "nothing") == []
    with pytest.raises(NotTrusted, match="nobody said whose key to trust"):
        check(backup, [])


@pytest.mark.parametrize("content", [b"", b"{}", b'{"key": {"kty": "OKP"}, "signature": "x"}'])
def test_a_signature_that_cannot_be_read(vault: Path, backup: Path, content: bytes) -> None:
    (backup / signing.FILE).write_bytes(content)
    with pytest.raises(NotTrusted, match="cannot be read"):
        check(backup, signing.known(vault))


def test_the_signature_of_another_thing_is_none(vault: Path, backup: Path) -> None:
    signer, content = Signer(vault), (backup / "manifest.json").read_bytes()
    signature = json.loads(signer.sign(content.replace(b"\n", b"\n\n")))
    (backup / signing.FILE).write_text(json.dumps(signature))
    with pytest.raises(NotTrusted, match="not the one that was signed"):
        check(backup, signing.known(vault))
