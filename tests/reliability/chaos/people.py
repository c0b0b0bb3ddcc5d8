"""Who uses the city during a scenario: people of its own, made anew for each."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from tests.cities import City
from tests.client import Client
from tests.e2e.test_journey import upload
from tests.mailbox import Mailbox, code_in

AGENCY, HELPER = "DLH", "DISHUB"
CITIZENS = 6
WITH_ADDRESS = 3


@dataclass(frozen=True)
class Person:
    """Somebody with an account. address: proven; None if they get no e-mail."""

    account: str
    client: Client
    address: str | None = None


@dataclass(frozen=True)
class People:
    """citizens report, the officer works for AGENCY and asks HELPER's to take part; proof: a photo
    that the officer uploaded."""

    citizens: list[Person]
    guest: Client
    officer: Client
    helper: Client
    proof: str


def gather(city: City) -> People:
    """New citizens, some with an address, and officers of two agencies."""
    admin, officer = city.log_in("admin"), city.log_in("officer-dlh")
    helper = city.log_in("officer-dishub")
    citizens = [_newcomer(city, admin) for _ in range(CITIZENS)]
    post = Mailbox(city)
    proven = [_prove(person, post) for person in citizens[:WITH_ADDRESS]]
    everybody = [*proven, *citizens[WITH_ADDRESS:]]
    return People(everybody, city.guest, officer, helper, upload(officer))


def new_address() -> str:
    """An address that nobody has."""
    return f"warga.{uuid4().hex[:12]}@example.org"


def _newcomer(city: City, admin: Client) -> Person:
    login, password = f"warga-{uuid4().hex[:12]}", uuid4().hex
    made = admin.post("/v1/accounts", {"login": login, "password": password, "role": "citizen"})
    assert made.status == 201, made.text
    answer = city.guest.post("/v1/auth/token", {"login": login, "password": password})
    return Person(made.json["id"], Client(city.base_url, answer.json["access_token"]))


def _prove(person: Person, post: Mailbox) -> Person:
    address = new_address()
    asked = person.client.post("/v1/auth/me/email", {"email": address, "language": "en"})
    assert asked.status == 200, asked.text
    code = code_in(post.wait(address)[-1])
    proven = person.client.post("/v1/auth/me/email/verify", {"code": code})
    assert proven.status == 200, proven.text
    return Person(person.account, person.client, address)
