"""Settings at their bounds, the process that refuses to start, and what a log line may say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from environs import Env, EnvError
from hypothesis import given
from hypothesis import strategies as st

from infra.local.state import ROOT
from services.chassis import logs, settings
from services.chassis.secret_settings import WELL_KNOWN, amqp_url, database_url, secret_bytes


class Given(Env):
    """An environment of one variable."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value

    def _get_value(self, key: str, default: Any) -> Any:
        return self._value


@pytest.mark.parametrize("password", sorted(WELL_KNOWN))
@pytest.mark.parametrize("form", [str, str.upper, str.title, lambda p: f"%{ord(p[0]):x}{p[1:]}"])
def test_every_well_known_password_is_refused_in_any_form(password: str, form: Any) -> None:
    for read, scheme in ((amqp_url, "amqp"), (database_url, "postgresql")):
        for pattern in ("{0}", "{0}-{0}-2026!", "kota.{0}.123456"):
            with pytest.raises(EnvError, match="the password is"):
                read(Given(f"{scheme}://kota:{pattern.format(form(password))}@127.0.0.1/x"), "URL")


@given(st.binary(min_size=12, max_size=12))
def test_random_passwords_are_taken(password: bytes) -> None:
    if len(set(password.hex())) >= 8 and re.search("[a-f]", password.hex()):
        assert amqp_url(Given(f"amqp://kota:{password.hex()}@h/"), "URL")


@pytest.mark.parametrize("url", ["amqp://u:u@h/", "amqp://u:@h/", "amqp://h/", "amqp://u:p@/", ""])
def test_urls_that_are_no_urls_of_ours(url: str) -> None:
    with pytest.raises(EnvError):
        amqp_url(Given(url), "URL")


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        (settings.port, ["1", "65535"], ["0", "65536", "-1"]),
        (settings.positive, ["1", "10000"], ["0", "10001"]),
        (settings.seconds, ["0", "0.5", "86400"], ["-1", "86401", "nan", "inf"]),
        (settings.level, ["info", "DEBUG"], ["loud", ""]),
        (settings.text, ["x"], ["", "  "]),
        (settings.addresses, ["a=h:1", "a=h:1,b=i:2", ""], ["a=h", "a=:1", "a=h:x"]),
    ],
)
def test_bounds(read: Any, good: list[str], bad: list[str]) -> None:
    for value in good:
        read(Given(value), "X")
    for value in bad:
        with pytest.raises(EnvError):
            read(Given(value), "X")


@given(st.binary(max_size=31))
def test_short_secrets_are_refused(secret: bytes) -> None:
    with pytest.raises(EnvError):
        secret_bytes(Given(secret.hex()), "X")


@pytest.mark.parametrize("secret", [b"\0" * 32, b"ab" * 32, b"abcdefg" * 20])
def test_monotonous_secrets_are_refused(secret: bytes) -> None:
    with pytest.raises(EnvError):
        secret_bytes(Given(secret.hex()), "X")


def test_a_wrong_environment_ends_the_process_with_all_reasons() -> None:
    code = (
        "from services.chassis.settings import ProcessSettings, read_or_exit;"
        "read_or_exit(ProcessSettings)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == settings.EX_CONFIG and done.stdout == ""
    for name in ("AMQP_URL", "ADMIN_PORT", "AUTH_PUBLIC_KEYS"):
        assert f"{name}: is not set" in done.stderr


@pytest.mark.parametrize(
    "secret",
    ["amqp://kota:canary@127.0.0.1", "amqp://canary:guest@127.0.0.1/", "canary"],
)
def test_a_refusal_does_not_tell_the_value(secret: str) -> None:
    for read in (amqp_url, database_url, secret_bytes):
        try:
            read(Given(secret), "X")
        except EnvError as error:
            assert "canary" not in str(error)


SECRET_KEYS = [
    "password", "Password", "new_password", "authorization", "access_token", "refresh_token",
    "cookie", "email", "contact_email", "e_mail", "phone", "nik", "kk", "address", "description",
    "body", "login", "tracking_code", "tracking_secret", "code",
]  # fmt: skip


@pytest.mark.parametrize("key", SECRET_KEYS)
@pytest.mark.parametrize("depth", [0, 1, 5])
@pytest.mark.parametrize("value", ["canary", 77, ["canary"], {"x": "canary"}])
def test_values_under_telling_names_are_masked(key: str, depth: int, value: Any) -> None:
    event: dict[str, Any] = {key: value}
    for level in range(depth):
        event = {"inner": [event]} if level % 2 else {"inner": (event,)}
    said = json.dumps(logs.redact(None, "info", event))
    assert "canary" not in said and "77" not in said and logs.MASK in said


@pytest.mark.parametrize(
    "text",
    ["3674010101900001", "siti@example.org", "0812-3456-7890", "+62812 3456 7890",
     "6281234567890", "eyJhbGciOiJFZERTQSJ9.e30.AA", "postgresql://u:canary77@h/db"],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "before {} after", "({})", '"{}",'])
def test_telling_patterns_are_masked_anywhere(text: str, around: str) -> None:
    line = around.format(text)
    for event in ({"event": line}, {"x": [line]}, {"x": {"y": (line,)}}, {"exception": line}):
        secret = "canary77" if "canary77" in text else text
        assert secret not in json.dumps(logs.redact(None, "info", event))


@pytest.mark.parametrize("number", ["+62 812 3456 7890", "+62-812-3456-7890", "+62 21-7534567"])
def test_a_phone_number_with_a_gap_after_the_country(number: str) -> None:
    assert number not in str(logs.redact(None, "info", {"event": f"call {number}"}))


@pytest.mark.parametrize(
    "text", ["01a20cfc-cc25-74ef-9d87-6baafa01c839", "LP-2026-0000001-1", "status 200 in 15 ms"]
)
def test_what_names_nobody_stays(text: str) -> None:
    assert logs.redact(None, "info", {"event": text})["event"] == text


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(
    inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)))  # fmt: skip
def test_anything_can_be_logged(value: Any) -> None:
    assert set(logs.redact(None, "info", {"x": value})) == {"x"}


class Person:
    def __str__(self) -> str:
        return "Person(siti@example.org)"


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "value",
    [ValueError("siti@example.org is taken"), Person(), {"siti@example.org"}, {Person(): 1},
     b"siti@example.org", [KeyError("siti@example.org")]],
)  # fmt: skip
def test_an_object_as_a_value_is_masked_too(value: Any) -> None:
    said = json.dumps(logs.redact(None, "info", {"error": value}))
    assert "siti" not in said and "[e-mail]" in said


def test_an_object_that_cannot_be_written_stops_nothing() -> None:
    assert logs.redact(None, "info", {"x": Unspeakable()}) == {"x": "<Unspeakable>"}


def test_an_exception_keeps_its_name_and_numbers_stay_numbers() -> None:
    event = logs.redact(None, "info", {"error": KeyError("x"), "ms": 1.5, "n": 3, "yes": True})
    assert event == {"error": "KeyError('x')", "ms": 1.5, "n": 3, "yes": True}
