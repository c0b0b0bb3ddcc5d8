"""A wrong environment is told in full; logs tell nothing personal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from services.chassis import logs
from services.chassis.settings import ProcessSettings, SettingsInvalid, read
from services.reports.settings import Settings


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    pair = OKPKey.generate_key("Ed25519", auto_kid=True)
    key, keys = tmp_path / "key", tmp_path / "keys"
    key.write_text(json.dumps(pair.as_dict(private=True)))
    keys.write_text(json.dumps({"keys": [pair.as_dict(private=False)]}))
    return {
        "AMQP_URL": "amqp://kota:0f1e2d3c4b5a@127.0.0.1:5672/",
        "DATABASE_URL": "postgresql://reports_app:0f1e2d3c4b5a@127.0.0.1/reports",
        "ADMIN_PORT": "9000",
        "AUTH_PUBLIC_KEYS": str(keys),
        "AUDIT_SIGNING_KEY": str(key),
        "CITY_PACK": str(tmp_path),
        "TRACKING_SECRET": "0123456789abcdef" * 4,
        "UPLOAD_SECRET": "fedcba9876543210" * 4,
        "FILES_URL": f"file://{tmp_path}",
    }


def test_a_right_environment(environment: dict[str, str]) -> None:
    found = read(Settings, environment)
    assert (found.admin_port, found.workers, len(found.tracking_secret)) == (9000, 32, 32)
    assert found.admin_host == "127.0.0.1"
    assert read(Settings, environment | {"ADMIN_HOST": "0.0.0.0"}).admin_host == "0.0.0.0"


def test_every_problem_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read(Settings, {"ADMIN_PORT": "70000", "LOG_LEVEL": "loud", "WORKERS": "x"})
    named = {problem.partition(":")[0] for problem in caught.value.problems}
    assert named == {
        "AMQP_URL", "DATABASE_URL", "ADMIN_PORT", "AUTH_PUBLIC_KEYS", "AUDIT_SIGNING_KEY",
        "CITY_PACK", "TRACKING_SECRET", "UPLOAD_SECRET", "FILES_URL", "LOG_LEVEL", "WORKERS",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AMQP_URL", "amqp://guest:guest@127.0.0.1/"),
        ("AMQP_URL", "amqp://kota@127.0.0.1/"),
        ("AMQP_URL", "http://kota:0f1e2d3c4b5a@127.0.0.1/"),
        ("DATABASE_URL", "postgresql://postgres:postgres@127.0.0.1/reports"),
        ("TRACKING_SECRET", "00" * 32),
        ("TRACKING_SECRET", "abcd"),
        ("TRACKING_SECRET", "not hexadecimal"),
        ("TRACKING_SECRET", ""),
        ("CITY_PACK", "/nowhere"),
        ("ADMIN_HOST", "everywhere"),
        ("ADMIN_HOST", "::"),
        ("FILES_URL", "/var/lib/kota"),
        ("FILES_URL", "file://host/folder"),
        ("FILES_URL", "s3:///prefix"),
        ("FILES_URL", "http://127.0.0.1/"),
        ("AUTH_PUBLIC_KEYS", "/nowhere"),
    ],
)
def test_defaults_and_nonsense_are_refused(
    environment: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read(Settings, environment | {name: value})
    assert [p.partition(":")[0] for p in caught.value.problems] == [name]


def test_other_variables_are_nobodys_business(environment: dict[str, str]) -> None:
    assert read(ProcessSettings, environment | {"HOME": "/root"}).log_level == "INFO"


@pytest.mark.parametrize(
    "event",
    [
        {"password": "canary"},
        {"authorization": "canary"},
        {"nested": {"deep": [{"contact_email": "canary"}]}},
        {"event": "mail to canary@example.org failed"},
        {"event": "token eyJhbGciOiJFZERTQSJ9.canary.x"},
        {"url": "amqp://kota:canary@127.0.0.1/"},
    ],
)
def test_secrets_are_masked(event: dict[str, Any]) -> None:
    assert "canary" not in str(logs.redact(None, "info", event))


def test_numbers_of_people_are_masked() -> None:
    said = logs.redact(None, "info", {"event": "NIK 3674010101900001, HP 0812-3456-7890"})
    assert said["event"] == "NIK [nik], HP [phone]"


@pytest.mark.parametrize("number", ["3674010101900001", "081234567890"])
@pytest.mark.parametrize("around", ["NIK{}", "{}.", "a{}b", "nik={}&x=1", "abcdef12-{}"])
def test_numbers_are_masked_whatever_they_touch(number: str, around: str) -> None:
    assert number not in str(logs.redact(None, "info", {"event": around.format(number)}))


@pytest.mark.parametrize(
    "identifier",
    [
        f"c750d{'3674010101900001'}f609a556a81",
        f"abc{'081234567890'}d{'ef' * 8}",
        "0193a6c2-0812-7345-8123-456789012345",
    ],
)
@pytest.mark.parametrize("around", ["{}", "report {} is gone", "00-{}-00f067aa0ba902b7-01"])
def test_identifiers_stay_though_digits_follow_each_other(identifier: str, around: str) -> None:
    event = {"event": around.format(identifier)}
    assert logs.redact(None, "info", dict(event)) == event


def test_what_operators_need_stays() -> None:
    event = {"event": "event not handled", "handler": "tell_people", "tries": 3}
    assert logs.redact(None, "info", dict(event)) == event
