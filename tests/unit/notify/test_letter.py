"""A letter says the same in both forms, and nothing in it can become a header or a tag."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.mail.letter import Letter, Sender, compose
from services.notify.mail.links import Link, Links, Purpose

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
SENDER = Sender("no-reply@kota.example", "Kota Contoh")
PLAIN = Letter("0190", "warga@example.org", "id", "Laporan LP-1 diterima", "Terima kasih.\n\nSalam")
LINKS = Links(bytes(range(32)), "https://kota.example")


def sent(letter: Letter, sender: Sender = SENDER) -> EmailMessage:
    """As the reader's program finds it."""
    raw = compose(letter, sender, NOW).as_bytes()
    assert max(map(len, raw.split(b"\r\n"))) <= 998 and b"\n" not in raw.replace(b"\r\n", b"")
    return BytesParser(policy=policy.default).parsebytes(raw)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_form_of_a_letter() -> None:
    message = sent(PLAIN)
    assert message["From"] == "Kota Contoh <no-reply@kota.example>"
    assert (message["To"], message["Subject"]) == (PLAIN.to, PLAIN.title)
    assert message["Message-ID"] == "<0190@kota.example>"
    assert message["Content-Language"] == "id" and message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "multipart/alternative"
    assert "List-Unsubscribe" not in message and "List-Unsubscribe-Post" not in message
    for kind in ("plain", "html"):
        assert "Terima kasih." in part(message, kind) and "Kota Contoh" in part(message, kind)


def test_one_click_ends_it() -> None:
    url = LINKS.url(Purpose.UNSUBSCRIBE, "person:1")
    message = sent(replace(PLAIN, unsubscribe=url, language="en"))
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert url in part(message, kind) and "No more e-mail" in part(message, kind)


def test_codes_and_confirmations_are_seen() -> None:
    url = LINKS.url(Purpose.CONFIRM, "guest:1")
    message = sent(replace(PLAIN, code="123456", confirm=url, link=LINKS.report("1")))
    for kind in ("plain", "html"):
        for shown in ("123456", url, "https://kota.example/v1/reports/1", "Kode Anda"):
            assert shown in part(message, kind)


def test_html_is_not_to_be_injected() -> None:
    nasty = '<script>alert(1)</script> & "quotes"'
    html = part(sent(replace(PLAIN, title=nasty, text=nasty)), "html")
    assert "<script" not in html and "&lt;script&gt;" in html
    assert nasty in part(sent(replace(PLAIN, text=nasty)), "plain")


@pytest.mark.parametrize("breaks", ["\r\nBcc: a@example.org", "\nX: y", "\rX", "a\0b"])
@pytest.mark.parametrize("field", ["title", "to"])
def test_headers_are_not_to_be_injected(field: str, breaks: str) -> None:
    changed = {field: getattr(PLAIN, field) + breaks}
    with pytest.raises(ValueError, match="header"):
        compose(replace(PLAIN, **changed), SENDER, NOW)
    with pytest.raises(ValueError, match="header"):
        compose(PLAIN, Sender(SENDER.address, f"Kota{breaks}"), NOW)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://x/y", "x"])
@pytest.mark.parametrize("field", ["link", "confirm", "unsubscribe"])
def test_links_lead_to_pages_only(field: str, address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        compose(replace(PLAIN, **{field: address}), SENDER, NOW)  # type: ignore[arg-type]


LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
LINES = st.text(LETTERS, min_size=1, max_size=120)


@given(LINES, LINES)
def test_any_words_arrive(title: str, text: str) -> None:
    message = sent(replace(PLAIN, title=title, text=text))
    assert " ".join(str(message["Subject"]).split()) == " ".join(title.split())
    assert text.rstrip() in part(message, "plain").replace("\r\n", "\n")


@given(st.sampled_from(Purpose), st.uuids().map(str))
def test_links_are_read_back(purpose: Purpose, account: str) -> None:
    token = LINKS.url(purpose, f"person:{account}").rpartition("/")[2]
    assert LINKS.read(token) == Link(purpose, f"person:{account}")
    assert Links(bytes(32), "https://kota.example").read(token) is None
    assert LINKS.read(token.replace(account, "0" * 36)) is None
    other = next(one for one in Purpose if one is not purpose)
    assert LINKS.read(token.replace(purpose.value, other.value)) is None
    assert LINKS.read("x" * 301) is None and LINKS.read("é") is None
