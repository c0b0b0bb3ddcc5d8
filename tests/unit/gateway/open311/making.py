"""The face of Open311 over fakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.application import Application
from gateway.exchange import Handler
from gateway.open311.apps import Apps
from gateway.open311.face import Open311
from gateway.open311.submissions import Submissions
from gateway.place import Place
from gateway.policy import Policy
from gateway.rates import Rates
from gateway.routes import By
from gateway.senders import Senders
from services.chassis import errors
from services.chassis.call import CallHeaders
from services.chassis.capabilities import Capabilities, UploadedPhoto
from services.chassis.clock import SystemClock
from services.registry.contract import RefusedKey
from tests.unit.gateway.making import SECRET, make

KEY = "kota_right"
ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
CATEGORY: dict[str, Any] = {
    "code": "banjir",
    "name": "Banjir",
    "names": ["Banjir", "Flood"],
    "description": "Air di jalan <dan> rumah & kebun",
    "groups": ["Air", "Kota"],
    "attributes": [
        {"code": "dalam", "type": "number", "required": True, "label": "Dalam", "values": [],
         "min": 1.0, "max": 500.0},
        {"code": "macam", "type": "multivaluelist", "required": False, "label": "Macam",
         "values": [{"code": "hujan", "label": "Hujan"}], "min": None, "max": None},
    ],
}  # fmt: skip
PLAIN = CATEGORY | {"code": "lain", "attributes": []}
FOUND: dict[str, Any] = {
    "id": ID, "number": "LP-2026-0000012-3", "is_open": False, "state": "closed",
    "notes": "Ditutup. Sudah diangkut", "category": "banjir", "category_name": "Banjir",
    "description": "Ünïcode 🌊", "agency_name": "BPBD", "lat": -6.3, "long": 106.7,
    "approximate": False, "area": "36.74.01.1001", "address": "Ciater", "photos": 2, "supports": 3,
    "due_at": None, "created_at": "2026-11-02T08:00:00.123456+00:00",
    "updated_at": "2026-11-05T08:00:00.5+00:00", "settled_at": "2026-11-04T08:00:00+00:00",
}  # fmt: skip


class FakeCity:
    """Knows one key, two categories and one report; remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any], CallHeaders]] = []
        self.keys = {KEY: 100}
        self.refusal: Exception | None = None

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        self.calls.append((operation, body, headers))
        if operation != "open_app" and self.refusal is not None:
            raise self.refusal
        answer: Callable[[dict[str, Any]], Any] = getattr(self, f"_{operation}")
        return answer(body)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """The bodies with which an operation was called."""
        return [body for name, body, _ in self.calls if name == operation]

    def _open_app(self, body: dict[str, Any]) -> Any:
        if body["key"] not in self.keys:
            raise RefusedKey()
        return {"id": "jalan.1", "per_minute": self.keys[body["key"]], "access_token": "a-token"}

    def _list_categories(self, body: dict[str, Any]) -> Any:
        return {"items": [CATEGORY, PLAIN], "next": None, "city": "Kota Contoh",
                "changed_at": "2026-11-01T08:00:00.25+00:00"}  # fmt: skip

    def _get_category(self, body: dict[str, Any]) -> Any:
        known = {one["code"]: one for one in (CATEGORY, PLAIN)}
        if body["code"] not in known:
            raise errors.NotFound()
        return known[body["code"]]

    def _find_reports(self, body: dict[str, Any]) -> Any:
        numbers = body.get("numbers")
        return {"items": [FOUND] if numbers is None or FOUND["number"] in numbers else []}

    def _get_report(self, body: dict[str, Any]) -> Any:
        if body["id"] != ID:
            raise errors.NotFound()
        return {"number": FOUND["number"]}

    def _submit_request(self, body: dict[str, Any]) -> Any:
        return {"id": ID, "number": FOUND["number"], "agency_name": "BPBD", "area_name": "Ciater",
                "approximate": "lat" not in body}  # fmt: skip


class FakePictures:
    """Takes whatever comes, and keeps it by its length."""

    def take(self, receive: Callable[[Path], None]) -> UploadedPhoto:
        return UploadedPhoto("2026112508", "d" * 64, 640, 480, 1_000)


def make_face(city: FakeCity, *, rates: Rates | None = None, **place: Any) -> Application:
    """The application with the face of Open311."""
    rates = rates or Rates(scale=1_000.0)
    pictures: Any = FakePictures()
    submissions = Submissions(
        city, Apps(city), rates, Senders(SECRET), pictures, Capabilities(SECRET, SystemClock())
    )
    policy = Policy()
    where = Place(policy.base_of, place.get("public_url"), place.get("contact"))
    handlers: dict[By, Handler] = {By.OPEN311: Open311(city, where, submissions).respond}
    return make(city, rates=rates, policy=policy, handlers=handlers)
