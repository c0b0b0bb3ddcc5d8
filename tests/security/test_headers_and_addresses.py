"""Nobody writes our headers, mails or log lines but we; and no address of theirs is asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from marshmallow import fields as ma

from gateway.routes import ROUTES, Route
from infra.local.stack import Stack
from tests.cities import native
from tests.client import Client
from tests.mailbox import Mailbox
from tests.security.making import BODIES, REPORT, picture
from tests.wire import get, post, wire

BREAKS = ("\r\n", "\n", "\r", "\r\n\r\n", "\u2028", "\x85", "\v")
# after a line break each would be a header of an answer or a mail, or a line of a log
INJECTED = ("Set-Cookie: kenari=1", "Bcc: kenari@example.org", '{"event": "kenari"}')
ATTACKS = [f"x{line}{injected}" for line in BREAKS for injected in INJECTED]


def test_answers_have_no_header_of_the_caller_s(stack: Stack) -> None:
    with wire(stack.port) as line:
        for attack in ATTACKS:
            letters = quote(attack, safe="")
            for path in (f"/v1/reports/{letters}", f"/v1/reports?cursor={letters}", f"/{letters}"):
                heard = line.ask(get(path, b"X-Request-Id: kenari%0d%0a", b"Origin: http://kenari"))
                assert 400 <= heard.status < 500
                assert "kenari" not in str(heard.headers), (path, heard.headers)
            body = b'{"login":"a","password":"b","' + letters.encode() + b'":1}'
            assert "kenari" not in str(line.ask(post("/v1/auth/token", body)).headers)


@pytest.mark.parametrize("name", [b"X-Request-Id", b"Idempotency-Key", b"traceparent", b"If-Match"])
@pytest.mark.parametrize("line_break", [b"\r", b"\n", b"\r\n ", b"\0", b"\x0b"])
def test_headers_that_are_sent_on_are_one_line(
    stack: Stack, name: bytes, line_break: bytes
) -> None:
    with wire(stack.port) as line:
        value = name + b": kenari" + line_break + b"Set-Cookie: x"
        heard = line.ask(get("/v1/reports?limit=1", value))
        assert "set-cookie" not in heard.headers
        assert "kenari" not in heard.headers["x-request-id"]


def test_mail_goes_to_one_address_with_our_headers(
    stack: Stack, newcomer: Client, guest: Client
) -> None:
    for attack in ATTACKS:
        for address in (f"{attack}@x.example", f"warga@x.example{attack}", f'"{attack}"@x.example'):
            assert newcomer.post("/v1/auth/me/email", {"email": address}).status == 422, address
            left = REPORT | {"contact_email": address}
            assert guest.post("/v1/reports", left).status == 422, address


def test_templates_and_formats_are_letters(stack: Stack, guest: Client) -> None:
    """What stands for something in Jinja2 or in a format string stands for itself in ours."""
    said = "{{99*99}} {% include '/etc/passwd' %} {0.__class__} %(number)s ${99*99} <%= 99*99 %>"
    address = f"{{{{99*99}}}}.{uuid4().hex[:12]}@example.org"
    made = guest.post("/v1/reports", REPORT | {"description": said, "contact_email": address})
    assert made.status == 201 and made.json["description"] == said
    letter = Mailbox(native(stack)).wait(address)[-1]
    assert letter["To"] == address and letter["Bcc"] is None
    for part in letter.iter_parts():
        assert not any(
            one in part.get_content() for one in ("9801", "__class__", "{{", "{%", "root:")
        )


def test_log_lines_are_ours(stack: Stack) -> None:
    """Runs after the others: what they sent stands in no log, let alone as a line of its own."""
    for file in stack.state.logs.rglob("*"):
        if file.is_file():
            lines = file.read_text(errors="replace").splitlines()
            assert [one for one in lines if "kenari" in one] == [], file.name


@pytest.fixture
def listener() -> Iterator[tuple[socket.socket, str]]:
    """A server that somebody names everywhere, hoping that we ask it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}/kenari.png"


def test_no_address_that_somebody_names_is_asked(
    stack: Stack, citizen: Client, officer: Client, listener: tuple[socket.socket, str]
) -> None:
    server, url = listener
    report = citizen.post("/v1/reports", REPORT | {"description": url}).json["id"]
    for route in ROUTES:
        for client in (citizen, officer):
            if route.method == "POST" and route.operation.name != "use_link":
                path = route.path.replace("{id}", report).replace("{number}", "LP-2026-0000001-2")
                for body in naming(route, url):
                    assert client.post(path, body).status < 500
    host = urlsplit(url).netloc.encode()
    named = [b"%s: %s" % (name, url.encode()) for name in (b"Referer", b"Origin", b"From")]
    hosts = (b"X-Forwarded-Host: ", b"Forwarded: host=", b"X-Original-URL: ")
    named += [name + host for name in hosts]
    with wire(stack.port) as line:
        for path in ("/v1/reports?limit=1", "/", "/docs", url):
            assert line.ask(get(path, *named)).status < 500
    for link in (f'<svg xmlns="x"><image href="{url}"/></svg>', f"#EXTM3U\n{url}", url):
        sent = citizen.send("POST", "/v1/uploads", link.encode(), {"Content-Type": "image/png"})
        assert sent.status in (400, 415, 422)
    right = citizen.send("POST", "/v1/uploads", picture(), {"Content-Type": "image/png"})
    assert right.status == 201
    with pytest.raises(BlockingIOError):
        server.accept()


def naming(route: Route, url: str) -> Iterator[dict[str, Any]]:
    """Right bodies with the address in one of the fields that take text."""
    right = BODIES.get(route.operation.name, {})
    for name, field in route.operation.request._declared_fields.items():
        if isinstance(field, ma.String) and name not in route.parameters:
            yield right | {name: url}
        if isinstance(field, ma.Dict):
            yield right | {name: {"media_url": url}}
