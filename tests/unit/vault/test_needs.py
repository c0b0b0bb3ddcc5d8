"""What the vault gives a process is what its settings ask for."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from infra.vault.needs import NEEDS, SERVICES
from infra.vault.vault import Vault
from services.chassis.secret_settings import private_key, public_keys, secret_bytes

# read at once, not by its place
KEYS = {"IDENTITY_SIGNING_KEY"}
FILES = (private_key, public_keys)


def wanted(process: str, *, as_file: bool) -> set[str]:
    module = "gateway.settings" if process == "gateway" else f"services.{process}.settings"
    declared = {f.name.upper(): f.metadata["read"] for f in fields(import_module(module).Settings)}
    readers = FILES if as_file else (secret_bytes,)
    found = {name for name, read in declared.items() if read in readers}
    return found | (KEYS & set(declared) if as_file else set())


@pytest.mark.parametrize("process", NEEDS)
def test_each_process_gets_just_the_secrets_it_reads(process: str) -> None:
    needs = NEEDS[process]
    assert set(needs.passwords) == wanted(process, as_file=False)
    assert set(needs.keys) | set(needs.public) == wanted(process, as_file=True)


def test_no_two_services_hold_the_same_private_key() -> None:
    held = [key for name in SERVICES for key in NEEDS[name].keys.values()]
    assert len(held) == len(set(held))


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    first = NEEDS["reports"].in_environment(vault)
    assert first == NEEDS["reports"].in_environment(vault)
    assert first["UPLOAD_SECRET"] == NEEDS["gateway"].in_environment(vault)["UPLOAD_SECRET"]
    assert first["TRACKING_SECRET"] != first["UPLOAD_SECRET"]
    assert vault.secret("tracking").stat().st_mode & 0o777 == 0o600
