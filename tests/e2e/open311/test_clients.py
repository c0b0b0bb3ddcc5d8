"""Clients of others, unmodified: `georeport` from PyPI."""

from __future__ import annotations

from typing import Any

import pytest
from georeport import GeoReport
from requests import HTTPError

from tests.e2e.open311.conftest import App


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport(app: App, form: str) -> None:
    number = app.sent(service_code="jalan_rusak", description="Lubang untuk georeport")
    other = app.sent(service_code="jalan_rusak")
    endpoint = app.read("discovery.json")["endpoints"][0]["url"]
    city: Any = GeoReport(endpoint, jurisdiction="city.gov", output_format=form)
    services = city.get_service_list()
    assert "jalan_rusak" in [service["service_code"] for service in services]
    definition = city.get_service_definition("jalan_rusak")
    assert definition["service_code"] == "jalan_rusak" and definition["attributes"]
    found = city.get_service_requests(service_code="jalan_rusak", status="open")
    assert {number, other} <= {one["service_request_id"] for one in found}
    found = city.get_service_requests(service_request_id=f"{number},{other}")
    assert len(found) == 2
    assert city.get_service_request(number)["description"] == "Lubang untuk georeport"
    with pytest.raises(HTTPError):
        city.get_service_request("LP-1")
