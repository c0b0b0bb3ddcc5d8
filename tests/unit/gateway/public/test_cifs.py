"""Incidents in the form that Waze and its like take."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from werkzeug.wrappers import Response

from gateway.public.cifs import CifsFeeds
from gateway.routes import By
from services.chassis import jsontext
from services.chassis.call import CallHeaders
from tests.unit.gateway.making import ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
INCIDENT = {
    "id": ID, "type": "JAM", "subtype": "JAM_STAND_STILL_TRAFFIC",
    "polyline": "-6.300000 106.700000 -6.310000 106.710000", "street": "Ciater & <Serpong>",
    "direction": "ONE_DIRECTION", "starttime": "2026-06-01T10:00:00+07:00",
    "endtime": "2026-06-01T10:30:00+07:00", "creationtime": "2026-06-01T10:00:00+07:00",
    "updatetime": "2026-06-01T10:01:00+07:00", "description": "Kemacetan\ufffe",
    "reference": "Kota Contoh",
}  # fmt: skip


class Reports:
    """Answers as the service does."""

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        assert (service, operation, body) == ("reports", "cifs_incidents", {})
        assert headers.authorization is None
        return {"items": [INCIDENT], "next": None}


def read(path: str) -> Response:
    reports = Reports()
    bearer = {"Authorization": "Bearer supervisor"}
    return ask(
        make(reports, handlers={By.CIFS: CifsFeeds(reports).respond}), "GET", path, headers=bearer
    )


def test_xml() -> None:
    answer = read("/v1/feeds/cifs.xml")
    assert answer.status_code == 200 and answer.mimetype == "application/xml"
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    feed = Xml.fromstring(answer.get_data())
    (incident,) = feed
    assert (feed.tag, incident.tag, incident.attrib) == ("incidents", "incident", {"id": ID})
    found = {element.tag: element.text for element in incident}
    told = {name: value for name, value in INCIDENT.items() if name != "id"}
    assert found == told | {"description": "Kemacetan\ufffd"}


def test_json() -> None:
    answer = read("/v1/feeds/cifs.json")
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert jsontext.loads(answer.get_data()) == {"incidents": [{"incident": INCIDENT}]}


@pytest.mark.parametrize("form", ["xml", "json"])
def test_it_knows_no_parameters(form: str) -> None:
    assert read(f"/v1/feeds/cifs.{form}?bbox=1,2,3,4").status_code == 422
