"""An app of Open311: its key, and what it sent."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from infra.local.state import ROOT
from tests.cities import City
from tests.client import Answer, Client

URLENCODED = "application/x-www-form-urlencoded; charset=utf-8"
PLACE = {"lat": "-6.3223", "long": "106.6943"}


def kota(city: City, *arguments: str) -> Any:
    """What `./kota` prints as JSON, as an operator runs it."""
    done = subprocess.run(
        ["./kota", *arguments, "--json"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"KOTA_STATE": str(city.folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def new_key(city: City, name: str = "uji") -> Any:
    """A fresh API key, with its id."""
    about = ["--contact", "uji@example.org", "--purpose", "tests"]
    return kota(city, "apikey", "create", f"{name}-{uuid4().hex[:8]}", *about)


@dataclass
class App:
    """Somebody else's program."""

    client: Client
    key: str
    id: str

    def send(self, fields: Any, form: str = "json", **headers: str) -> Answer:
        """POST a form; fields with the value None are left out."""
        given = {"api_key": self.key, "service_code": "sampah", **PLACE, **fields}
        pairs = [(name, value) for name, value in given.items() if value is not None]
        body = urlencode(pairs, doseq=True).encode()
        path = f"/open311/v2/requests.{form}"
        return self.client.post(path, body, Content_Type=URLENCODED, **headers)

    def sent(self, **fields: Any) -> str:
        """The number of a request that was taken."""
        answer = self.send({"description": "Uji Open311", **fields})
        assert answer.status == 200, answer.text
        return str(answer.json[0]["service_request_id"])

    def sent_as_token(self, **fields: Any) -> tuple[str, str]:
        """(token, number) of a request that was taken; our token is the report's id as well."""
        answer = self.send({"description": "Uji Open311", **fields}, Prefer="respond-async")
        assert answer.status == 200, answer.text
        token = str(answer.json[0]["token"])
        return token, self.read(f"v2/tokens/{token}.json")[0]["service_request_id"]

    def read(self, path: str) -> Any:
        """JSON of a path below /open311."""
        answer = self.client.get(f"/open311/{path}")
        assert answer.status == 200, answer.text
        return answer.json

    def read_xml(self, path: str) -> ElementTree.Element:
        """The same as XML."""
        answer = self.client.get(f"/open311/{path}")
        assert answer.status == 200, answer.text
        return ElementTree.fromstring(answer.content)


@pytest.fixture(scope="session")
def app(city: City) -> App:
    """An app with a key. It does not say which language it wants."""
    made = new_key(city)
    return App(Client(city.base_url, language="id"), made["key"], made["id"])


def plain(element: ElementTree.Element) -> Any:
    """XML in the form of JSON, all values as text (the Spark convention)."""
    if len(element) == 0:
        return element.text
    names = {child.tag for child in element}
    plural = {"request": "service_requests", "service": "services", "attribute": "attributes",
              "value": "values", "endpoint": "endpoints", "format": "formats"}  # fmt: skip
    if len(names) == 1 and plural.get(next(iter(names))) == element.tag:
        return [plain(child) for child in element]
    return {child.tag: plain(child) for child in element}


def as_text(value: Any) -> Any:
    """JSON with all values as text, as XML has them."""
    if isinstance(value, dict):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)
