"""E-mail, from the address one gives to the click that ends it, through real processes."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.cities import City
from tests.client import Client
from tests.e2e.test_journey import REPORT, act
from tests.mailbox import Mailbox, code_in, link_in, plain
from tests.waiting import eventually

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def post(city: City) -> Mailbox:
    return Mailbox(city)


@pytest.fixture
def address() -> str:
    return f"warga.{uuid4().hex[:10]}@example.org"


def verified(client: Client, address: str, post: Mailbox) -> None:
    asked = client.post("/v1/auth/me/email", {"email": address, "language": "en"})
    assert asked.status == 200 and asked.json["pending"] == address, asked.text
    code = code_in(post.wait(address)[-1])
    answer = client.post("/v1/auth/me/email/verify", {"code": code})
    assert answer.json == {"email": address, "language": "en", "pending": None}


def test_an_address_is_proven_told_and_left_alone(
    newcomer: Client, officer: Client, guest: Client, post: Mailbox, address: str
) -> None:
    verified(newcomer, address, post)
    code = post.to(address)[0]
    assert code["List-Unsubscribe"] is None and code["Content-Language"] == "en"

    made = newcomer.post("/v1/reports", REPORT).json
    news = post.wait(address, 2)[1]
    assert news["Subject"] == f"Report {made['number']} received"
    assert f"/v1/reports/{made['id']}" in plain(news)
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = link_in(news, "unsubscribe")
    assert news["List-Unsubscribe"].endswith(f"{link}>")
    html = news.get_body(("html",))
    assert html is not None and "<script" not in html.get_content()

    page = guest.get(link)
    assert page.status == 200 and "Do you want no more e-mail" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert newcomer.get("/v1/notifications/preferences").json == {"email": True}
    clicked = guest.send("POST", link, b"List-Unsubscribe=One-Click", FORM)
    assert clicked.status == 200 and "no more e-mail" in clicked.text
    assert newcomer.get("/v1/notifications/preferences").json == {"email": False}

    act(officer, made["id"], "verify")
    wanted = f"Report {made['number']} verified"
    titles = lambda: [i["title"] for i in newcomer.get("/v1/notifications").json["items"]]  # noqa: E731
    eventually(lambda: wanted in titles())
    # mail goes out in order: what is sent after it says that it was decided on
    after = f"warga.{uuid4().hex[:10]}@example.org"
    guest.post("/v1/reports", REPORT | {"contact_email": after})
    post.wait(after)
    newcomer.post("/v1/notifications/preferences", {"email": True})
    act(officer, made["id"], "assign", {"agency": "DLH"})
    last = post.wait(address, 3)
    assert [message["Subject"] for message in last[2:]] == [f"Report {made['number']} assigned"]

    assert newcomer.post("/v1/auth/me/email/forget").json["email"] is None
    act(officer, made["id"], "start")
    eventually(lambda: f"Work on report {made['number']} began" in titles())
    act(officer, made["id"], "hold", {"reason": "x"})
    assert len(post.to(address)) == 3


def test_guests_confirm_before_a_second_message(
    guest: Client, officer: Client, post: Mailbox, address: str
) -> None:
    made = guest.post("/v1/reports", REPORT | {"contact_email": address}).json
    welcome = post.wait(address)[0]
    assert made["tracking_code"] in plain(welcome)
    act(officer, made["id"], "verify")
    other = f"x{address}"
    second = guest.post("/v1/reports", REPORT | {"contact_email": other}).json
    post.wait(other)  # what came after it was dealt with: the verification was not mailed
    assert len(post.to(address)) == 1

    link = link_in(welcome, "confirm")
    assert "may we write again" in guest.get(link).text
    for _ in range(2):
        assert "confirmed" in guest.send("POST", link, None, {}).text
    act(officer, made["id"], "assign", {"agency": "DLH"})
    told = post.wait(address, 2)[1]
    assert told["Subject"].endswith("assigned") and made["tracking_code"] not in plain(told)

    path = f"/v1/reports/track/{made['number']}/forget"
    assert guest.post(path, {"code": "AAAA-AAAA-AAAA"}).status == 404
    for _ in range(2):
        assert guest.post(path, {"code": made["tracking_code"]}).status == 200
    act(officer, made["id"], "start")
    link = link_in(post.to(other)[0], "confirm")
    guest.send("POST", link, None, {})
    act(officer, second["id"], "verify")
    post.wait(other, 2)
    assert len(post.to(address)) == 2


def test_an_area_is_followed_without_an_account(
    guest: Client, citizen: Client, officer: Client, post: Mailbox, address: str
) -> None:
    asked = {"email": address, "area": "36.74.01", "category": "sampah"}
    english = {"Accept-Language": "en"}
    answer = guest.post("/v1/subscriptions/email", asked, **english)
    assert (answer.status, answer.json["name"]) == (202, "Garbage pile in Serpong"), answer.text
    question = post.wait(address)[0]
    link = link_in(question, "follow")
    assert "Garbage pile in Serpong?" in guest.get(link, **english).text
    assert "Thank you" in guest.send("POST", link, None, english).text

    followed = citizen.post("/v1/subscriptions", {"area": "36.74.01", "rhythm": "at_once"})
    assert followed.status == 201 and followed.json["name"] == "Serpong"
    made = guest.post("/v1/reports", REPORT).json
    news = post.wait(address, 2)[1]
    assert news["Subject"].startswith(f"New report {made['number']}: Garbage pile in ")
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mine = lambda: citizen.get("/v1/notifications?limit=100").json["items"]  # noqa: E731
    eventually(lambda: made["id"] in [item["report_id"] for item in mine()])

    link = link_in(news, "unfollow")
    assert guest.send("POST", link, b"List-Unsubscribe=One-Click", FORM).status == 200
    assert citizen.post(f"/v1/subscriptions/{followed.json['id']}/end").status == 200
    assert followed.json["id"] not in str(citizen.get("/v1/subscriptions").json)
    act(officer, made["id"], "verify")
    other = guest.post("/v1/reports", REPORT | {"contact_email": f"x{address}"}).json
    post.wait(f"x{address}")
    eventually(lambda: other["number"] in str(officer.get("/v1/notifications?limit=100").json))
    assert len(post.to(address)) == 2


def test_links_are_nobodys_to_make(guest: Client) -> None:
    for token in ("x", "unsubscribe~person:admin.AAAA", "confirm~", "a" * 300):
        for answer in (guest.get(f"/v1/mail/{token}"), guest.post(f"/v1/mail/{token}")):
            assert answer.status == 404, token
    assert guest.get(f"/v1/mail/{'a' * 301}").status == 422
    refused = guest.send("POST", "/v1/mail/x", b"<a/>", {"Content-Type": "application/xml"})
    assert refused.status == 415


def test_bad_addresses_and_codes(citizen: Client, guest: Client) -> None:
    for wrong in ("", "x", "a@b", "a b@example.org", "a@example.org\nBcc: b@example.org"):
        refused = citizen.post("/v1/auth/me/email", {"email": wrong})
        assert refused.status == 422 and refused.json["errors"][0]["field"] == "email"
    for code in ("", "12345", "1234567", "abcdef", "123456"):
        refused = citizen.post("/v1/auth/me/email/verify", {"code": code})
        assert refused.status == 422 and refused.json["errors"][0]["field"] == "code"
    assert guest.get("/v1/auth/me/email").status == 401
    assert citizen.post("/v1/notifications/preferences", {"email": "yes"}).status == 422
