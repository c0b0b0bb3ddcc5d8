"""Who speaks to the world outside, and from which setting it has the address; nobody else may.

So no address that stands in a request, in a report or in a city pack is ever asked (SSRF).
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from infra.kota.settings import PROCESSES
from tests.architecture.test_structure import PRODUCT, imports, name

CALLERS = {
    "gateway/rates.py": "REDIS_URL",
    "services/chassis/direct_client.py": "SERVICE_ADDRESSES",
    "services/chassis/files/s3.py": "FILES_URL",
    "services/chassis/otlp.py": "OTLP_ENDPOINT",
    "services/notify/mail/smtp.py": "SMTP_URL",
}
# these accept connections and make none
LISTENERS = {"gateway/http/connection.py", "gateway/http/server.py"}
OUTGOING = (
    "aiohttp", "apprise", "boto3", "botocore", "ftplib", "http.client", "httpx", "imaplib",
    "limits", "poplib", "pywebpush", "redis", "requests", "smtplib", "socket", "subprocess",
    "telnetlib", "urllib.request", "urllib3", "websocket", "xmlrpc",
)  # fmt: skip
RUNNING = [path for path in PRODUCT if name(path).startswith(("services/", "gateway/"))]


def reaches_out(path: Path) -> bool:
    return any(f"{one}.".startswith(tuple(f"{m}." for m in OUTGOING)) for one in imports(path))


def test_few_speak_to_the_outside() -> None:
    found = {name(path) for path in RUNNING if reaches_out(path)}
    assert found == set(CALLERS) | LISTENERS


@pytest.mark.parametrize("setting", CALLERS.values())
def test_where_they_call_is_a_setting(setting: str) -> None:
    known = {f.name.upper() for settings in PROCESSES.values() for f in fields(settings)}
    assert setting in known


def test_those_who_listen_call_nobody() -> None:
    for path in RUNNING:
        if name(path) in LISTENERS:
            text = path.read_text()
            assert not any(call in text for call in ("create_connection", ".connect(", "sendto"))


def test_the_look_out_sees(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def late():\n    from urllib.request import urlopen\n")
    assert reaches_out(bad)
