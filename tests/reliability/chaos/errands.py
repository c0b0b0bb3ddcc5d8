"""What the clients of the load want done, and which of it is possible at the moment."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.client import Client
from tests.reliability.chaos.people import AGENCY, HELPER, People, new_address

PLACE = {"category": "sampah", "lat": -6.3223, "long": 106.6943}
# what comes next, by chance
OF_TWENTY = (
    *["submit"] * 6, *["assign"] * 4, *["resolve"] * 3, *["share"] * 2, "moderate", "merge",
    *["read"] * 3,
)  # fmt: skip
GUESTS = 0.3
# another agency's part, from being asked to being done; the report can be resolved afterwards
PART: dict[str, dict[str, Any]] = {
    "invite": {"agency": HELPER, "reason": "uji kekacauan"},
    "accept": {},
    "finish": {"note": "uji kekacauan"},
}
_THEN = {"invite": "accept", "accept": "finish"}


@dataclass
class Errand:
    """One thing that somebody wants done; asked again with the same key until it is.

    body: None for a read. about: what the history has to know of it. again: it was done already,
    and is asked once more as an impatient thumb would.
    """

    f: str
    key: str
    client: Client
    path: str
    body: dict[str, Any] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    again: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """What the history keeps of the question."""
        more = {"again": True} if self.again else {}
        return {"key": self.key} | self.about | more


class Errands:
    """Chooses what comes next, by a seeded chance. Safe for threads."""

    def __init__(self, people: People, seed: int) -> None:
        self.people = people
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._submitted: list[str] = []
        self._moderated: list[str] = []
        # what each was submitted with
        self._keys: dict[str, str] = {}
        self._assigned: list[str] = []
        self._helped: list[str] = []
        # (what is next, report)
        self._shared: list[tuple[str, str]] = []
        self._known: list[str] = []

    def next(self) -> Errand:
        """One more; what is not possible yet becomes a read, or a report while there is none."""
        with self._lock:
            if not self._known:
                return self._submit()
            return self._possible(self._random.choice(OF_TWENTY)) or self._read()

    def _possible(self, chosen: str) -> Errand | None:
        new, done = self._moderated or self._submitted, self._helped or self._assigned
        if chosen == "submit":
            return self._submit()
        if chosen == "assign" and new:
            return self._work("assign", new, {"agency": AGENCY})
        if chosen == "resolve" and done:
            proof = {"note": "uji kekacauan", "photos": [self.people.proof]}
            return self._work("resolve", done, proof)
        if chosen == "share" and (self._shared or self._assigned):
            return self._share()
        if chosen == "moderate" and self._submitted:
            return self._moderate()
        if chosen == "merge" and len(self._submitted) > 1:
            return self._merge()
        return None

    def done(self, errand: Errand, answer: dict[str, Any]) -> None:
        """It was answered with 2xx: what follows from it is possible now."""
        if errand.again:
            return
        with self._lock:
            if errand.f == "submit":
                self._keys[answer["id"]] = errand.key
                self._submitted.append(answer["id"])
                self._known.append(answer["id"])
            elif errand.f == "moderate":
                self._moderated.append(answer["id"])
            elif errand.f == "assign":
                self._assigned.append(answer["id"])
            elif errand.f == "finish":
                self._helped.append(answer["id"])
            elif errand.f in _THEN:
                self._shared.append((_THEN[errand.f], answer["id"]))

    def _submit(self) -> Errand:
        key = self._key()
        body = PLACE | {"description": _words(key), "visibility": "public"}
        if self._random.random() < GUESTS:
            address = new_address()
            body |= {"contact_email": address}
            return Errand("submit", key, self.people.guest, "/v1/reports", body,
                          {"reporter": None, "address": address})  # fmt: skip
        person = self._random.choice(self.people.citizens)
        about = {"reporter": person.account, "address": person.address}
        return Errand("submit", key, person.client, "/v1/reports", body, about)

    def _share(self) -> Errand:
        """The next step of a part; else another agency is asked to take part."""
        if not self._shared:
            return self._work("invite", self._assigned, PART["invite"])
        name, report = self._shared.pop(self._random.randrange(len(self._shared)))
        path = f"/v1/reports/{report}/{name}"
        return Errand(name, self._key(), self.people.helper, path, PART[name], {"report": report})

    def _moderate(self) -> Errand:
        """Its words are set anew, to what they were: they tell which report it is."""
        report = self._submitted.pop(self._random.randrange(len(self._submitted)))
        words = _words(self._keys[report])
        body = {"what": "description", "text": words, "reason": "uji kekacauan"}
        return self._work("moderate", [report], body)

    def _merge(self) -> Errand:
        """Into one of which nothing more is heard, so that all who hear are its own people."""
        original = self._submitted.pop(self._random.randrange(len(self._submitted)))
        body = {"duplicate_of": original, "reason": "uji kekacauan"}
        return self._work("merge", self._submitted, body)

    def _work(self, name: str, waiting: list[str], body: dict[str, Any]) -> Errand:
        report = waiting.pop(self._random.randrange(len(waiting)))
        path = f"/v1/reports/{report}/{name}"
        return Errand(name, self._key(), self.people.officer, path, body, {"report": report})

    def _read(self) -> Errand:
        person = self._random.choice(self.people.citizens)
        report = self._random.choice(self._known[-200:])
        chance = self._random.randrange(8)
        paths = ("/v1/notifications?limit=20", "/v1/auth/me", "/v1/permit-types/pbg")
        if chance < len(paths):
            return Errand("read", self._key(), person.client, paths[chance])
        return Errand("read", self._key(), person.client, f"/v1/reports/{report}",
                      about={"report": report})  # fmt: skip

    def _key(self) -> str:
        # of this run alone: the city may remember the run before
        return str(uuid4())


def _words(key: str) -> str:
    """What a report says: it tells which one it is."""
    return f"uji kekacauan {key}"
